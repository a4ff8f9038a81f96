"""The permission table itself: one line for each address and method, one column for each role.

`in` is the way to the log-in; a number is the status of the answer. What stands behind `#` only tells apart
lines that point at another object (`permission_targets`). Writes are sent without their content where that is
enough: 422 or 400 then says that the caller was let in and only the content refused. Missing and forbidden are
both 404; 403 is left for people who see the object but may not do this to it.

The columns: anonymous, a researcher of another unit (who owns the bookings), a steward of another unit, the
steward, the unit's manager (who owns token, notice and usage report), expert, officer, superuser.
"""

from __future__ import annotations

PAGES = """
#                                            ano res oth ste man exp off sup
portal:finder                           GET  200 200 200 200 200 200 200 200
portal:home                             GET  200 200 200 200 200 200 200 200
portal:healthz                          GET  200 200 200 200 200 200 200 200
portal:livez                            GET  200 200 200 200 200 200 200 200
portal:metrics                          GET  404 404 404 404 404 404 404 404
portal:readyz                           GET  200 200 200 200 200 200 200 200
portal:readyz_part                      GET  200 200 200 200 200 200 200 200
portal:me                               GET   in 200 200 200 200 200 200 200
portal:start                            GET   in 302 302 302 302 302 302 302
portal:account                          GET   in 200 200 200 200 200 200 200
portal:account                          POST  in 422 422 422 422 422 422 422
portal:tokens                           GET   in 200 200 200 200 200 200 200
portal:tokens                           POST  in 422 422 422 422 422 422 422
portal:revoke_token                     POST  in 404 404 404 302 404 404 404
instruments:calendars                   GET   in 200 200 200 200 200 200 200
instruments:calendars                   POST  in 404 404 404 404 404 404 404
instruments:end_calendar                POST  in 404 404 404 302 404 404 404
instruments:calendar_feed               GET  404 404 404 404 404 404 404 404
portal:units                            GET  200 200 200 200 200 200 200 200
portal:unit                             GET  200 200 200 200 200 200 200 200
instruments:catalogue                   GET  200 200 200 200 200 200 200 200
instruments:compare                     GET  200 200 200 200 200 200 200 200
instruments:find                        GET  200 200 200 200 200 200 200 200
instruments:instrument                  GET  200 200 200 200 200 200 200 200
instruments:instrument#not_shared       GET  404 404 404 200 200 404 200 200
instruments:quote                       GET  200 200 200 200 200 200 200 200
instruments:quote#not_shared            GET  404 404 404 200 200 404 200 200
instruments:week                        GET  200 200 200 200 200 200 200 200
instruments:week#not_shared             GET  404 404 404 200 200 404 200 200
instruments:book                        POST  in 422 422 422 422 422 422 422
instruments:book#not_shared             POST  in 404 404 422 422 404 422 422
instruments:booking                     GET   in 200 404 200 200 404 200 200
instruments:booking_act#approve         POST  in 404 404 302 302 404 404 302
instruments:booking_act#cancel          POST  in 302 404 302 302 404 404 302
instruments:booking_act#check_in        POST  in 302 404 302 302 404 404 302
instruments:booking_file                GET   in 200 404 200 200 404 200 200
instruments:series_act#approve          POST  in 404 404 302 302 404 404 302
instruments:series_act#cancel           POST  in 302 404 302 302 404 404 302
instruments:basket                      GET   in 200 200 200 200 200 200 200
instruments:basket                      POST  in 422 422 422 422 422 422 422
instruments:basket_add                  GET   in 302 302 302 302 302 302 302
instruments:basket_add                  POST  in 302 302 302 302 302 302 302
instruments:basket_book                 POST  in 422 422 422 422 422 422 422
instruments:bundle                      GET   in 200 404 404 404 404 200 200
instruments:cancel_bundle               POST  in 302 404 404 404 404 404 404
instruments:breakdown                   GET   in 404 404 200 200 404 404 200
instruments:breakdown                   POST  in 404 404 422 422 404 404 422
instruments:choose_to_stop              GET   in 404 404 404 404 404 404 404
instruments:upkeep                      GET   in 404 404 200 200 404 200 200
instruments:upkeep                      POST  in 404 404 422 422 404 404 422
instruments:repeat_maintenance          GET   in 404 404 200 200 404 404 200
instruments:repeat_maintenance          POST  in 404 404 422 422 404 404 422
instruments:unit_upkeep                 GET   in 404 404 200 200 404 200 200
instruments:upkeep_plan                 GET   in 404 404 200 200 404 200 200
instruments:upkeep_act#done             POST  in 404 404 422 422 404 404 422
instruments:report_fault                GET   in 200 404 200 200 404 404 200
instruments:report_fault                POST  in 422 404 422 422 404 404 422
instruments:fault                       GET   in 200 404 200 200 404 200 200
instruments:fault_photo                 GET   in 200 404 200 200 404 200 200
instruments:fault_act#acknowledge       POST  in 404 404 302 302 404 404 302
instruments:fault_act#repair            POST  in 422 404 422 422 404 422 422
instruments:booking_act#take            POST  in 302 404 404 404 404 404 404
instruments:booking_act#let_go          POST  in 302 404 404 404 404 404 404
instruments:attachments                 GET   in 200 404 200 200 404 404 200
instruments:attachments                 POST  in 422 404 422 422 404 404 422
instruments:attachment                  GET   in 200 404 200 200 404 404 200
instruments:messages                    GET   in 200 404 200 200 404 404 200
instruments:messages                    POST  in 422 404 422 422 404 404 422
instruments:read_messages               POST  in 302 404 302 302 404 404 302
instruments:replies                     GET   in 404 404 200 200 404 404 200
instruments:replies                     POST  in 404 404 422 422 404 404 422
instruments:reply                       POST  in 404 404 422 422 404 404 422
instruments:remove_reply                POST  in 404 404 302 302 404 404 302
instruments:name_deputy                 POST  in 404 404 422 422 404 404 422
instruments:end_deputy                  POST  in 404 404 302 302 404 404 302
instruments:wait                        GET   in 200 200 200 200 200 200 200
instruments:wait                        POST  in 422 422 422 422 422 422 422
instruments:wait#not_shared             POST  in 404 404 422 422 404 422 422
instruments:wait_for_any                GET   in 302 302 302 302 302 302 302
instruments:wait_for_any                POST  in 302 302 302 302 302 302 302
instruments:wishes                      GET   in 200 200 200 200 200 200 200
instruments:change_wish                 GET   in 200 404 404 404 404 404 200
instruments:change_wish                 POST  in 422 404 404 404 404 404 422
instruments:withdraw_wish               POST  in 302 404 404 404 404 404 302
instruments:decide_many                 POST  in 404 404 404 404 404 404 404
instruments:line                        GET   in 404 200 200 200 404 404 200
instruments:desk                        GET   in 200 200 200 200 200 200 200
instruments:maintenance                 POST  in 404 422 422 422 404 404 422
instruments:inventory                   GET   in 404 404 200 200 404 200 200
instruments:unit_rules                  GET   in 404 404 404 200 404 200 200
instruments:unit_rules                  POST  in 404 404 404 422 404 422 422
instruments:add                         GET   in 404 404 404 200 404 200 200
instruments:add                         POST  in 404 404 404 422 404 422 422
instruments:edit                        GET   in 404 404 200 200 404 200 200
instruments:edit                        POST  in 404 404 422 422 404 422 422
instruments:change_state                GET   in 404 404 200 200 404 200 200
instruments:change_state                POST  in 404 404 422 422 404 422 422
instruments:terms                       GET   in 404 404 200 200 404 200 200
instruments:set_opening                 POST  in 404 404 422 422 404 422 422
instruments:add_exception               POST  in 404 404 422 422 404 422 422
instruments:remove_exception            POST  in 404 404 302 302 404 302 302
instruments:set_policy                  POST  in 404 404 422 422 404 422 422
instruments:set_links                   POST  in 404 404 302 302 404 302 302
instruments:set_rate                    POST  in 404 404 422 422 404 422 422
instruments:remove_rate                 POST  in 404 404 302 302 404 302 302
instruments:stewards                    GET   in 404 404 200 200 404 200 200
instruments:stewards                    POST  in 404 404 404 422 404 422 422
instruments:end_steward                 POST  in 404 404 404 422 404 422 422
instruments:usage                       GET   in 404 404 200 200 404 200 200
instruments:usage_add                   GET   in 404 404 200 200 404 404 200
instruments:usage_add                   POST  in 404 404 422 422 404 404 422
instruments:usage_import                GET   in 404 404 200 200 404 404 200
instruments:usage_import                POST  in 404 404 422 422 404 404 422
instruments:organisations               GET   in 404 404 404 200 404 200 200
instruments:organisation_register       POST  in 404 404 404 422 404 422 422
instruments:organisation_merge          POST  in 404 404 404 302 404 302 302
instruments:organisation_part           POST  in 404 404 404 302 404 302 302
instruments:usage_record                GET   in 404 404 404 200 404 200 200
instruments:usage_correct               GET   in 404 404 404 200 404 302 200
instruments:usage_correct               POST  in 404 404 404 422 404 404 422
instruments:usage_void                  GET   in 404 404 404 302 404 302 302
instruments:usage_void                  POST  in 404 404 404 422 404 404 422
instruments:usage_agree                 GET   in 404 404 404 302 404 302 302
instruments:usage_agree                 POST  in 404 404 404 302 404 404 302
members:people                          GET   in 404 404 200 200 404 200 200
members:give_role                       POST  in 404 404 404 422 404 422 422
members:end_role                        POST  in 404 404 404 422 404 422 422
members:invite                          POST  in 404 404 404 422 404 422 422
members:remind                          POST  in 404 404 404 302 404 302 302
evaluations:index                       GET  200 200 200 200 200 200 200 200
evaluations:newest                      GET   in 404 404 302 302 404 302 302
evaluations:round                       GET  200 200 200 200 200 200 200 200
evaluations:round#collecting            GET  404 404 404 404 404 404 200 200
evaluations:table                       GET  200 200 200 200 200 200 200 200
evaluations:table#collecting            GET  404 404 404 404 404 404 200 200
evaluations:instrument_table            GET  200 200 200 200 200 200 200 200
evaluations:give                        GET   in 404 404 404 404 200 200 200
evaluations:give                        POST  in 404 404 404 404 422 422 422
evaluations:give_instruments            GET   in 404 404 404 404 200 200 200
evaluations:give_instruments            POST  in 404 404 404 404 200 200 200
evaluations:unit                        GET   in 404 404 200 200 404 200 200
evaluations:unit#collecting             GET   in 404 404 200 200 404 200 200
evaluations:unit#collecting             POST  in 404 404 404 422 404 422 422
evaluations:unit#draft                  GET   in 404 404 404 404 404 404 404
evaluations:rows                        GET   in 404 404 200 200 404 200 200
evaluations:instrument_round            GET  200 200 200 200 200 200 200 200
evaluations:instrument_unit             GET   in 404 404 200 200 404 200 200
evaluations:instrument_result           GET   in 404 404 200 200 404 200 200
evaluations:instrument_rows             GET   in 404 404 200 200 404 200 200
notices:list                            GET   in 200 200 200 200 200 200 200
notices:read_all                        POST  in 302 302 302 302 302 302 302
notices:read                            POST  in 404 404 404 302 404 404 404
notices:announcements                   GET  200 200 200 200 200 200 200 200
notices:announcement                    GET  200 200 200 200 200 200 200 200
reporting:list                          GET   in 200 200 200 200 200 200 200
reporting:new#annual                    GET   in 404 404 404 404 404 200 200
reporting:new#annual                    POST  in 404 404 404 404 404 422 422
reporting:new#card                      GET   in 404 200 200 200 404 200 200
reporting:new#usage                     GET   in 404 200 200 200 404 200 200
reporting:new#usage                     POST  in 404 422 422 422 404 422 422
reporting:run                           GET   in 404 404 404 200 404 200 200
reporting:run#annual                    GET   in 404 404 404 404 404 200 200
reporting:file                          GET   in 404 404 404 200 404 200 200
reporting:file#annual                   GET   in 404 404 404 404 404 200 200
reporting:cancel                        POST  in 404 404 404 302 404 302 302
reporting:again                         POST  in 404 404 404 302 404 302 302
account_login                           GET  200 302 302 302 302 302 302 302
account_logout                          GET  302 200 200 200 200 200 200 200
account_logout                          POST 302 302 302 302 302 302 302 302
account_inactive                        GET  200 200 200 200 200 200 200 200
account_signup                          GET  200 302 302 302 302 302 302 302
account_signup                          POST 200 302 302 302 302 302 302 302
account_reauthenticate                  GET   in 200 200 200 200 200 200 200
account_email                           GET  302 302 302 302 302 302 302 302
account_change_password                 GET   in 200 200 200 200 200 200 200
account_change_password                 POST  in 200 200 200 200 200 200 200
account_set_password                    GET   in 302 302 302 302 302 302 302
account_reset_password                  GET  200 200 200 200 200 200 200 200
account_reset_password                  POST 200 200 200 200 200 200 200 200
account_reset_password_from_key         GET  200 200 200 200 200 200 200 200
account_reset_password_from_key_done    GET  200 200 200 200 200 200 200 200
account_reset_password_done             GET  200 200 200 200 200 200 200 200
set_language                            POST 302 302 302 302 302 302 302 302
"""

API = """
#                                            ano res oth ste man exp off sup
api-schema                              GET  200 200 200 200 200 200 200 200
api-docs                                GET  200 200 200 200 200 200 200 200
api-regions                             GET  200 200 200 200 200 200 200 200
api-units                               GET  200 200 200 200 200 200 200 200
api-unit                                GET  200 200 200 200 200 200 200 200
api-fields                              GET  200 200 200 200 200 200 200 200
api-instrument-classes                  GET  200 200 200 200 200 200 200 200
api-instruments                         GET  200 200 200 200 200 200 200 200
api-instrument                          GET  200 200 200 200 200 200 200 200
api-instrument#not_shared               GET  404 404 404 200 200 404 200 200
api-availability                        GET  200 200 200 200 200 200 200 200
api-availability#not_shared             GET  404 404 404 200 200 404 200 200
api-open-slots                          GET  200 200 200 200 200 200 200 200
api-bookings                            GET  401 200 200 200 200 200 200 200
api-bookings                            POST 401 201 201 201 201 201 201 201
api-bookings#not_shared                 POST 401 404 404 422 422 404 422 422
api-booking                             GET  401 200 404 200 200 404 200 200
api-booking-approve                     POST 401 403 404 200 200 404 403 200
api-booking-decline                     POST 401 403 404 200 200 404 403 200
api-booking-cancel                      POST 401 200 404 200 200 404 403 200
api-booking-check-in                    POST 401 200 404 200 200 404 403 200
api-booking-check-out                   POST 401 200 200 404 404 404 403 200
api-booking-move                        POST 401 200 404 200 200 404 403 200
api-usage-records                       GET  401 200 200 200 200 200 200 200
api-usage-records                       POST 401 200 200 200 200 200 200 200
api-evaluations                         GET  200 200 200 200 200 200 200 200
api-evaluation                          GET  200 200 200 200 200 200 200 200
api-evaluation#collecting               GET  404 404 404 404 404 404 200 200
api-results                             GET  200 200 200 200 200 200 200 200
api-results#collecting                  GET  404 404 404 404 404 404 200 200
api-report-runs#annual                  POST 401 403 403 403 403 403 202 202
api-report-runs#usage                   POST 401 422 422 202 202 422 202 202
api-report-run                          GET  401 404 404 404 200 404 200 200
api-report-run#annual                   GET  401 404 404 404 404 404 200 200
api-report-file                         GET  401 404 404 404 200 404 200 200
api-report-file#annual                  GET  401 404 404 404 404 404 200 200
"""

ADMIN = """
#                                            ano res oth ste man exp off sup
admin:index                             GET   in  in  in  in  in  in 200 200
admin:search                            GET   in  in  in  in  in  in 200 200
admin:login                             GET   in 403 403 403 403 403 302 302
admin:logout                            POST 302 302 302 302 302 302 200 200
admin:password_change                   GET   in  in  in  in  in  in 302 302
admin:password_change_done              GET   in  in  in  in  in  in 200 200
admin:autocomplete                      GET   in  in  in  in  in  in 200 200
admin:jsi18n                            GET   in  in  in  in  in  in 200 200
admin:view_on_site                      GET   in  in  in  in  in  in 404 404
admin:app_list                          GET   in  in  in  in  in  in 200 200
admin:evaluations_round_terms           GET   in  in  in  in  in  in 200 200
admin:evaluations_round_act             GET   in  in  in  in  in  in 200 200
admin:evaluations_round_act             POST  in  in  in  in  in  in 302 302
admin:evaluations_round_progress        GET   in  in  in  in  in  in 200 200
admin:evaluations_round_check           GET   in  in  in  in  in  in 200 200
admin:evaluations_round_report          POST  in  in  in  in  in  in 302 302
admin:evaluations_scheme_version        GET   in  in  in  in  in  in 302 302
admin:evaluations_scheme_version        POST  in  in  in  in  in  in 302 302
"""

MODELS = """
#                                       list add his del cha
audit.entry                   both      200 403 200 403 200
notices.announcement          both      200 200 200 302 200
background.heartbeat          both      200 403 200 403 200
reporting.reportrun           both      200 403 200 403 200
members.person                both      200 200 200 403 200
members.unitrole              both      200 200 200 403 200
members.networkrole           both      200 200 200 403 200
members.region                both      200 403 200 403 200
members.memberunit            both      200 200 200 403 200
members.organisation          both      200 200 200 403 200
instruments.booking           both      200 403 200 403 200
instruments.usagerecord       both      200 403 200 403 200
instruments.instrument        both      200 200 200 403 200
instruments.stewardship       both      200 200 200 403 200
instruments.applicationfield  both      200 403 200 403 200
instruments.instrumentclass   both      200 403 200 403 200
instruments.holiday           both      200 200 200 403 200
evaluations.metricsnapshot    both      200 403 200 403 200
evaluations.scoringrun        both      200 403 200 403 200
evaluations.result            both      200 403 200 403 200
evaluations.award             both      200 403 200 403 200
evaluations.round             both      200 200 200 403 200
evaluations.scheme            both      200 200 200 403 200
"""
"""The admin's pages of each model: changelist, add, history, delete, change; others are sent to the log-in.

`clerk` is somebody with the mark that a superuser alone grants, but without a role of the department today:
the door refuses them.
"""

FALLBACKS = {
    "/api/v1/": "any other address of the contract: the problem 404",
    "/admin/(?P<url>.*)$": "any other address of the admin: 404 for staff",
}
"""Routes that catch what no other takes, and what they answer."""
