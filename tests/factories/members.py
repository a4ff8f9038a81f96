"""Factories of regions, units, people and roles."""

from __future__ import annotations

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from members.enums import Affiliation, NetworkRoleKind, RegionKind, UnitKind, UnitRoleKind
from members.models import MemberUnit, NetworkRole, Organisation, Person, Region, UnitRole
from members.rules.organisation_names import fold_name

LONG_AGO = dt.date(2015, 1, 1)


class RegionFactory(DjangoModelFactory):
    """A league or city; codes 159000 upwards are used by no real one."""

    class Meta:
        model = Region
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"{159000 + n}")
    name_zh = factory.Sequence(lambda n: f"测试盟{n}")
    name_en = factory.Sequence(lambda n: f"Test League {n}")
    kind = RegionKind.LEAGUE
    seat_lon = "111.67000"
    seat_lat = "40.82000"


class UnitFactory(DjangoModelFactory):
    """An active university."""

    class Meta:
        model = MemberUnit
        django_get_or_create = ("code",)
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"T{n:04d}")
    name_zh = factory.Sequence(lambda n: f"测试大学{n}")
    name_en = factory.Sequence(lambda n: f"Test University {n}")
    short_name = factory.Sequence(lambda n: f"测大{n}")
    kind = UnitKind.UNIVERSITY
    region = factory.SubFactory(RegionFactory)
    joined_on = LONG_AGO

    @factory.post_generation
    def served_as(self, create, extracted, **kwargs):
        """The organisation that each unit is."""
        if create:
            Organisation.objects.get_or_create(
                unit=self,
                defaults={
                    "name_zh": self.name_zh,
                    "name_en": self.name_en,
                    "kind": self.kind,
                    "credit_code": self.credit_code,
                    "folded": fold_name(self.name_zh),
                },
            )


class OrganisationFactory(DjangoModelFactory):
    """A registered enterprise outside the network; give `private_to` for a name that a unit typed."""

    class Meta:
        model = Organisation

    name_zh = factory.Sequence(lambda n: f"测试公司{n}")
    kind = "enterprise"
    folded = factory.LazyAttribute(lambda o: fold_name(o.name_zh))


class PersonFactory(DjangoModelFactory):
    """A researcher of a member unit, with the password `password`."""

    class Meta:
        model = Person
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@test.example")
    display_name = factory.Sequence(lambda n: f"人员{n}")
    affiliation = Affiliation.MEMBER_UNIT
    home_unit = factory.SubFactory(UnitFactory)
    language = "zh-hans"
    password = factory.django.Password("password")


class EnterprisePersonFactory(PersonFactory):
    """An engineer of an enterprise outside the network."""

    affiliation = Affiliation.ENTERPRISE
    home_unit = None
    organisation = "测试企业"


class NonProfitPersonFactory(PersonFactory):
    """A person of a non-profit organisation outside the network."""

    affiliation = Affiliation.NON_PROFIT
    home_unit = None
    organisation = "测试公益机构"


class AdminFactory(PersonFactory):
    """A superuser."""

    is_staff = True
    is_superuser = True


class UnitRoleFactory(DjangoModelFactory):
    """A role in a unit, held since long ago; a manager unless told otherwise."""

    class Meta:
        model = UnitRole

    unit = factory.SubFactory(UnitFactory)
    person = factory.SubFactory(PersonFactory, home_unit=factory.SelfAttribute("..unit"))
    kind = UnitRoleKind.MANAGER
    valid_from = LONG_AGO


class NetworkRoleFactory(DjangoModelFactory):
    """A role in the network, held since long ago; an officer unless told otherwise."""

    class Meta:
        model = NetworkRole

    person = factory.SubFactory(PersonFactory)
    kind = NetworkRoleKind.OFFICER
    valid_from = LONG_AGO


def make_manager(unit: MemberUnit, **fields: object) -> Person:
    """A person who manages that unit."""
    return UnitRoleFactory(unit=unit, **{f"person__{key}": value for key, value in fields.items()}).person


def make_officer(**fields: object) -> Person:
    """A department officer."""
    return NetworkRoleFactory(**{f"person__{key}": value for key, value in fields.items()}).person


def make_expert(**fields: object) -> Person:
    """An evaluation expert."""
    return NetworkRoleFactory(
        kind=NetworkRoleKind.EXPERT, **{f"person__{key}": value for key, value in fields.items()}
    ).person
