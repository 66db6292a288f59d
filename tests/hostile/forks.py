"""A small process that runs the command again and again, each time in a fork with limits.

It has loaded the command once; called with ``alone``, it has not, and each run starts an interpreter of its own.
Either way this process stays small, and what a run takes in memory is its own: a child's peak begins with that
of its parent. Reads one request a line from standard input, answers one line each (see ``commands.py``).
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

ALONE = sys.argv[1:] == ["alone"]
_START = "from automations.app.cli import main; main()"

if not ALONE:
    import python_calamine  # noqa: F401 - loaded before the forks, as everything below
    import yaml  # noqa: F401
    from faults import strike

    from automations.app import automate, checking, cli, importing, report, runner, services, shops, tell  # noqa: F401
    from automations.app.options import interface_language
    from automations.books import workbook  # noqa: F401
    from automations.files import orders, shipping  # noqa: F401
    from automations.mail import eml  # noqa: F401


def limit(cpu_s: int, space_mb: int) -> None:
    """Let the system end this process when it takes more seconds of work or more address space."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    resource.setrlimit(resource.RLIMIT_AS, (space_mb << 20, space_mb << 20))


def _warm() -> None:
    """Run once in a shop of its own, so that what every run loads and compiles is there before the forks."""
    with TemporaryDirectory() as folder:
        shops.init_shop(Path(folder) / "shop", language="en")
        for language in ("en", "ja"):
            runner.run(Path(folder) / "shop", language=language)


def _act(request: dict[str, Any]) -> NoReturn:
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(request[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.chdir(request["cwd"])
    os.environ.update(request["env"])
    limit(request["cpu_s"], request["space_mb"])
    if ALONE:
        os.execv(sys.executable, [sys.executable, "-c", _START, *request["arguments"]])  # noqa: S606 - no shell is wanted
    sys.argv = ["daicho", *request["arguments"]]
    cli.LANGUAGE = interface_language(sys.argv[1:])
    code = 70
    try:
        strike(request["fault"])
        cli.main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    """Answer requests until the input ends."""
    if not ALONE:
        _warm()
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            _act(request)
        _, status, used = os.wait4(child, 0)
        answer = {"status": status, "cpu_s": used.ru_utime + used.ru_stime, "peak_kb": used.ru_maxrss}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
