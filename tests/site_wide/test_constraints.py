"""What the database itself refuses, by name: a rule taken from a model or from a migration is missed here."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import CheckConstraint, UniqueConstraint

from safeguards.no_overlap import NoOverlap

pytestmark = pytest.mark.django_db
ROOMS = ("audit", "background", "evaluations", "instruments", "members", "notices", "reporting", "webapi")

CHECKED = """
at_most_four_fields award_not_negative booking_given_back_at_its_end booking_interval booking_kind_known
booking_price_not_negative booking_state_known booking_station class_level final_round_has_digest funding_known
instrument_achievements_length instrument_description_en_length instrument_description_zh_length
instrument_fee_note_length instrument_functions_length instrument_has_a_station instrument_part_known
instrument_requirements_length instrument_services_length instrument_sharing_known instrument_state_known
instrument_stations_bounded instrument_technical_length instrument_value_not_negative network_role_dates
network_role_kind_known opening_closes_after_it_opens opening_dates opening_exception_interval opening_weekday
organisation_has_a_name organisation_kind_known organisation_not_into_itself organisation_of_a_unit
person_affiliation_fits_unit policy_makes_sense policy_of_an_instrument_or_a_unit policy_nights_known
policy_own_overlap_known rate_category_known rate_not_negative report_done_has_file holiday_weekday
request_expires result_grade_known round_budget_not_negative round_period round_state_known stewardship_dates
tie_decision_has_reason unit_kind_known unit_role_dates unit_role_kind_known unit_state_known usage_hours_add_up
usage_interval usage_named_is_served usage_not_negative usage_purpose_known usage_station usage_user_kind_known
usage_voided_with_reason calendar_is_about_one_thing fault_acknowledged_when fault_ended_when
fault_severity_known fault_state_has_who bundle_when_lost_known bundle_part_step
fault_severity_known fault_state_has_who booking_offer_is_not_taken wait_window wait_fits wait_minutes
wait_state_known wait_ended_when wait_for_one_or_a_kind wait_offer_answer_known
message_read_by_somebody attachment_kind_known attachment_not_empty policy_attachments_known
deputy_dates deputy_is_somebody_else
breakdown_interval open_slot_interval
link_not_to_itself
plan_audience_known plan_kind_known plan_says_how_often plan_takes_time plan_unit_known certificate_valid_after_it
"""
ONCE = """
bundle_form_sent_once
audit_node_place class_code_once field_once_per_instrument field_position_once funding_once_per_instrument
inner_id_once_per_unit instrument_facts_once instrument_part_once one_answer_per_key one_award_per_unit
one_current_record_per_number one_given_score_of_instrument one_given_score_of_unit one_member_organisation_per_name
one_open_network_role one_open_scoring one_open_snapshot one_open_stewardship one_open_unit_role
one_private_organisation_per_name one_rate_per_day one_registered_organisation_per_code
one_registered_organisation_per_name one_reported_value_of_instrument one_reported_value_of_unit
one_result_per_instrument one_result_per_unit one_round_a_year one_row_per_instrument one_score_per_indicator
one_snapshot_unit opening_once person_email_any_case scheme_version_once snapshot_number_once unit_facts_once
calendar_once_instrument calendar_once_kept calendar_once_mine calendar_once_unit
wait_once_for_a_kind wait_once_for_an_instrument wait_one_offer_at_a_time
reply_once_per_name
open_slot_told_once one_daily_mail one_breakdown_of_an_instrument upkeep_done_once_a_day
link_once
"""
APART = "booking_no_overlap usage_no_overlap"


def declared(kind) -> set[str]:
    """Names of the rules of one kind that our models declare."""
    models = [model for model in apps.get_models() if model._meta.app_label in ROOMS]
    return {rule.name for model in models for rule in model._meta.constraints if isinstance(rule, kind)}


def in_the_database() -> dict[str, dict]:
    """Every rule that the tables of our models have; overlaps are refused by two triggers on SQLite."""
    with connection.cursor() as cursor:
        found = {
            name: rule
            for model in apps.get_models()
            if model._meta.app_label in ROOMS
            for name, rule in connection.introspection.get_constraints(cursor, model._meta.db_table).items()
        }
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            triggers = {name for (name,) in cursor.fetchall()}
            for name in APART.split():
                if {f"{name}_insert", f"{name}_update"} <= triggers:
                    found[name] = {"check": False, "unique": False}
    return found


@pytest.mark.parametrize(
    ("kind", "names"), [(CheckConstraint, CHECKED), (UniqueConstraint, ONCE), (NoOverlap, APART)]
)
def test_every_rule_is_declared_and_stands_in_the_database(kind, names):
    found = in_the_database()
    assert declared(kind) == set(names.split())
    assert {
        name: (found[name]["check"], found[name]["unique"]) for name in names.split() if name in found
    } == dict.fromkeys(names.split(), (kind is CheckConstraint, kind is UniqueConstraint))
