"""Fields of which some are asked only where other answers call for them, whatever the project's own file says."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from licences.law.catalogue import Catalogue
from licences.rules.facts import Field

ASKED_WHEN = {
    "own_categories": "sells_own_goods",
    "hosted_categories": "hosts_third_party_sellers",
    "hosts_live_rooms": "hosts_third_party_sellers and not sole_trader",
    "device_registrant": "'medical_devices_class_2' in own_categories or 'medical_devices_class_3' in own_categories",
    "only_exempt_class_2_devices": "'medical_devices_class_2' in own_categories",
    "minor_registered_users": "registered_users > 0",
    "minor_monthly_users": "monthly_active_users >= 1 and minor_registered_users != 0",
    "in_foreign_pilot_area": "foreign_share_percent > 0 and province in ('110000', '310000', '440000', '460000')",
    "international_express": "own_couriers",
    "branch_cities": "wants_95_number and not sells_call_centre_services",
    "state_owned_or_controlled": "hosts_video_programmes or user_video",
}


@dataclass(frozen=True)
class AskedField(Field):
    """A field that says when it is asked."""

    asked_when: str = ""


def with_asked_when(catalogue: Catalogue) -> Catalogue:
    """The catalogue, with fields that are asked as ASKED_WHEN says."""
    names = [one.name for one in fields(Field) if one.name != "asked_when"]
    every = tuple(
        AskedField(
            **{name: getattr(field, name) for name in names}, asked_when=ASKED_WHEN.get(field.name, "")
        )
        for field in catalogue.fields.every
    )
    return replace(catalogue, fields=replace(catalogue.fields, every=every))
