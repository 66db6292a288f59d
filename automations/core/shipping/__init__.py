"""Parcels: packing, days, carriers, labels, the format engine of their files."""
