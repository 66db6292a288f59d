"""What automations are given from outside the declarations: look-ups and the mail composer."""

from __future__ import annotations

from automations.app.configuration import Configuration
from automations.app.lookups import check_email, check_phone, look_up_postcode
from automations.mail.compose import Composer


def services_of(configuration: Configuration) -> dict[str, object]:
    """Return the services by the name of the Settings field that asks for them."""
    return {
        "postcodes": look_up_postcode,
        "phones": check_phone,
        "emails": check_email,
        "compose": composer_of(configuration),
    }


def composer_of(configuration: Configuration) -> Composer:
    """Return the composer for the shop's own and the bundled mail templates."""
    return Composer(
        configuration.template_folders, configuration.language, configuration.shop, configuration.currency
    )
