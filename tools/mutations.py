"""Removes named checks, one at a time, in copies of the tree, and demands that a test fails for each.

Run as `python -m tools.mutations [NAME...]`, in the tests' environment. Prints a table; the exit code is 1
where a mutation survives, and where a guard cannot be judged: its text is not found, or its tests do not
run, or fail without it being touched.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from cli.output import printing
from local.gateway import TRANSLATIONS

ROOT = Path(__file__).parent.parent
LAYER = "layers/roster/roster"
LEFT_OUT = shutil.ignore_patterns(".git", ".venv*", ".tools", ".aws-sam*", ".*_cache", "node_modules")
"""What a copy of the tree goes without. Bytecode comes along, and so do translations of the template: to make
them anew takes longer than most guards' tests.
"""
_MEMBERS = "tests/scim/test_provisioned_members.py"
_DELIVERIES = "tests/webhooks/test_deliveries.py"
_OUTGOING = "tests/webhooks/test_outgoing.py"
SECONDS = 300  # for the tests of one guard, on a machine that is busy


@dataclass(frozen=True)
class Guard:
    """A check: where it is, the change that removes it, and the tests of which one must then fail."""

    name: str
    file: str
    text: str
    without: str
    tests: Sequence[str]


GUARDS = (
    Guard(
        "audience of a token",
        f"{LAYER}/auth/issuers.py",
        'if not _audiences(payload.get("aud")) & issuer.audiences:',
        "if False:",
        ("tests/attacks/test_tokens.py",),
    ),
    Guard(
        "type of a token",  # FS-16
        f"{LAYER}/auth/issuers.py",
        'if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in _TYPES:',
        "if False:",
        ("tests/attacks/test_tokens.py",),
    ),
    Guard(
        "kind that a token's claims say",  # FS-16
        f"{LAYER}/auth/issuers.py",
        "if not isinstance(kind, str) or kind.lower() not in kinds:",
        "if False:",
        ("tests/attacks/test_tokens.py",),
    ),
    Guard(
        "client_id names nobody by itself",  # FS-16
        f"{LAYER}/auth/issuers.py",
        '_strings(entry, "userClaims", where) or ("user_id",),',
        '_strings(entry, "userClaims", where) or ("user_id", "client_id"),',
        ("tests/attacks/test_tokens.py",),
    ),
    Guard(
        "second of a password's change",  # FB-05
        f"{LAYER}/auth/authentication.py",
        "issued_at <= moment(user.session_version_at).timestamp()",
        "issued_at < moment(user.session_version_at).timestamp()",
        ("tests/attacks/test_tokens.py",),
    ),
    Guard(
        "from what to what in the audit",  # FS-17
        f"{LAYER}/db/transactions.py",
        "details[side] = shown",
        "pass",
        ("tests/workspaces/test_list_audit.py",),
    ),
    Guard(
        "states alone in the audit",  # FS-17
        f"{LAYER}/db/transactions.py",
        "for name in event.states if",
        "for name in {**before, **after} if",
        ("tests/workspaces/test_list_audit.py",),
    ),
    Guard(
        "caller's address in the log",  # FS-17
        f"{LAYER}/security_log.py",
        '"source_ip": source_ip}',
        "}",
        ("tests/workspaces/test_security_log.py",),
    ),
    Guard(
        "last platform ADMIN",
        f"{LAYER}/directory/users.py",
        'add={"count": -1}, condition=AtLeast("count", 2)',
        'add={"count": -1}',
        ("tests/workspaces/test_delete_user.py", "tests/workspaces/test_update_user.py"),
    ),
    Guard(
        "origin of a browser's write",
        f"{LAYER}/dialects/workspaces/api.py",
        "if origin is not None and origin not in settings().allowed_origins:",
        "if False:",
        ("tests/workspaces/test_browser.py",),
    ),
    Guard(
        "same user in Cloud Foundry",
        f"{LAYER}/dialects/cloud_foundry/visibility.py",
        "return user_id == self.user_id or bool(self.scopes & _ANYBODY)",
        "return True",
        ("tests/cloud_foundry",),
    ),
    Guard(
        "FS-04 spaces named in Cloud Foundry",
        f"{LAYER}/dialects/cloud_foundry/conditions.py",
        "{guid: each for guid, each in spaces.items() if self.visibility.sees(each, evidence)},",
        "spaces,",
        ("tests/cloud_foundry/test_conditions.py",),
    ),
    Guard(
        "FS-04 organizations named in Cloud Foundry",
        f"{LAYER}/dialects/cloud_foundry/conditions.py",
        "{guid: each for guid, each in workspaces.items() if self.visibility.sees(each, evidence)},",
        "workspaces,",
        ("tests/cloud_foundry/test_conditions.py",),
    ),
    Guard(
        "FS-04 cost of users named in Cloud Foundry",
        f"{LAYER}/dialects/cloud_foundry/conditions.py",
        "whole = [guid for guid in named if self.visibility.sees_all or guid == self.visibility.user_id]",
        "whole = named",
        ("tests/cloud_foundry/test_conditions.py",),
    ),
    Guard(
        "FS-04 cost of what is hidden in Cloud Foundry",
        f"{LAYER}/dialects/cloud_foundry/conditions.py",
        "list(asked | spare)[: max(len(asked), len(spare))]",
        "list(asked)",
        ("tests/cloud_foundry/test_conditions.py",),
    ),
    Guard(
        "FS-05 bound of conditions in Cloud Foundry",
        f"{LAYER}/dialects/cloud_foundry/conditions.py",
        "if self.left < 0:",
        "if False:",
        ("tests/cloud_foundry/test_conditions.py",),
    ),
    Guard(
        "FS-05 conditions given again in Cloud Foundry",
        f"{LAYER}/dialects/cloud_foundry/query_string.py",
        "different = tuple(dict.fromkeys(found))",
        "different = found",
        ("tests/cloud_foundry/test_conditions.py",),
    ),
    Guard(
        "what is inlined in Cloud Foundry",
        f"{LAYER}/dialects/cloud_foundry/inlining.py",
        'return node.kind == "organization" or (node.kind == "user" and node.id != self.visibility.user_id)',
        "return False",
        ("tests/cloud_foundry/test_inlining.py",),
    ),
    Guard(
        "membership in User Space",
        f"{LAYER}/dialects/user_space/api.py",
        "if project.workspace_id != workspace.id or not (user.is_admin or membership):",
        "if project.workspace_id != workspace.id:",
        (
            "tests/user_space/test_get_org.py",
            "tests/user_space/test_identity.py",
            "tests/contract/test_matrix.py",
        ),
    ),
    Guard(
        "lockout",
        f"{LAYER}/auth/login_throttle.py",
        "if until > moment:",
        "if False:",
        ("tests/session/test_lockout.py",),
    ),
    Guard(
        "failures by source",
        f"{LAYER}/auth/source_failures.py",
        "return type(count) is int and count >= LIMIT",
        "return False",
        ("tests/session/test_source_throttle.py",),
    ),
    Guard(
        "source chosen by the client",
        f"{LAYER}/http/source_address.py",
        'hops = request.headers.get("x-forwarded-for", "").rsplit(",", proxies + 1)[-(proxies + 1) :]',
        'hops = request.headers.get("x-forwarded-for", "").split(",")[:proxies]',
        ("tests/unit/test_source_address.py",),
    ),
    Guard(
        "MAC of a device cookie",
        f"{LAYER}/auth/device_cookies.py",
        'if not signed_cookies.is_signed(found["said"], found["mac"], keys):',
        "if False:",
        ("tests/session/test_device_cookie.py",),
    ),
    Guard(
        "session version of a device cookie",
        f"{LAYER}/auth/login.py",
        " or user.session_version != device.session_version",
        "",
        ("tests/session/test_device_cookie.py",),
    ),
    Guard(
        "FS-09 guesses of a client's secret",
        f"{LAYER}/auth/token_endpoint.py",
        "if not over and proves and item is not None and not login_throttle.waits(seen, at):",
        "if not over and proves and item is not None:",
        ("tests/oauth/test_guesses.py",),
    ),
    Guard(
        "FS-09 source of a client's guesses",
        f"{LAYER}/auth/token_endpoint.py",
        "if not over and proves and item is not None and",
        "if proves and item is not None and",
        ("tests/oauth/test_guesses.py",),
    ),
    Guard(
        "tombstone of a user",
        f"{LAYER}/directory/users.py",
        'return None if found is None or "deleted_at" in found else entity(User, found)',
        "return None if found is None else entity(User, found)",
        ("tests/workspaces/test_delete_user.py", "tests/contract/test_withdrawal.py"),
    ),
    Guard(
        "If-Match",
        f"{LAYER}/dialects/workspaces/api.py",
        "if given is not None and not entity_tags.names(given, tags):",
        "if False:",
        ("tests/workspaces/test_etag.py",),
    ),
    Guard(
        "body under an Idempotency-Key",
        f"{LAYER}/db/idempotency.py",
        'if not hmac.compare_digest(str(found.get("mac")), question.mac):',
        "if False:",
        ("tests/workspaces/test_idempotency.py",),
    ),
    Guard(
        "switch for tokens in the query",
        f"{LAYER}/dialects/workspace_profile/api.py",
        " or not settings().access_token_in_query",
        "",
        ("tests/workspace_profile/test_get_profile.py",),
    ),
    Guard(
        "signature of a cursor",
        f"{LAYER}/http/cursors.py",
        "if not any(hmac.compare_digest(mac, _mac(key, about, body)) for key in keys):",
        "if False:",
        ("tests/workspaces/test_list_audit.py",),
    ),
    Guard(
        "score of a password",
        f"{LAYER}/auth/passwords.py",
        "if _score(password, own) < LOWEST_SCORE:",
        "if False:",
        ("tests/unit/test_passwords.py",),
    ),
    Guard(
        "score for who knows the person",
        f"{LAYER}/auth/passwords.py",
        "user_inputs=[part[: len(start)] for part in own]",
        "user_inputs=[]",
        ("tests/unit/test_passwords.py",),
    ),
    Guard(
        "own name as a password",
        f"{LAYER}/auth/login.py",
        'passwords.demand_fit("newPassword", new, user)',
        "pass",
        ("tests/session/test_change_password.py",),
    ),
    Guard(
        "cost of a score",
        f"{LAYER}/auth/passwords.py",
        "if len(seen) > SCORED_SUBSTITUTES:",
        "if False:",
        ("tests/unit/test_passwords.py",),
    ),
    Guard(
        "one's own password",
        f"{LAYER}/dialects/workspaces/api.py",
        "if user.id == call.user.id:",
        "if False:",
        ("tests/workspaces/test_update_user.py",),
    ),
    Guard(
        "FS-09 length of a client's secret",
        "cli/records/shapes.py",
        "return text and _secret(text)",
        "return text",
        ("tests/tools/test_records.py",),
    ),
    Guard(
        "FS-09 length of a gateway's secret",
        f"{LAYER}/auth/secrets.py",
        "if reason := credentials.reason_to_refuse(each):",
        "if reason := None:",
        ("tests/unit/test_secrets.py",),
    ),
    Guard(
        "FS-09 length of a local gateway's secret",
        "local/server.py",
        "(reason := credentials.reason_to_refuse(secret))",
        "(reason := None)",
        ("tests/local/test_server.py",),
    ),
    Guard(
        "FS-01 token limited to its workspace",
        f"{LAYER}/auth/authentication.py",
        "user = user.limited(token.workspace_id)",
        "pass",
        ("tests/contract/test_limited_tokens.py",),
    ),
    Guard(
        "FS-01 platform role of a limited token",
        f"{LAYER}/domain.py",
        "if role is not PlatformRole.ADMIN)",
        ")",
        ("tests/contract/test_limited_tokens.py",),
    ),
    Guard(
        "FS-01 grants in another workspace",
        f"{LAYER}/directory/grants.py",
        ' or not user.acts_in(grant["workspace_id"])',
        "",
        ("tests/contract/test_limited_tokens.py",),
    ),
    Guard(
        "FS-01 membership of another workspace",
        f"{LAYER}/directory/members.py",
        "if not caller.acts_in(workspace_id) or not suspensions",
        "if not suspensions",
        ("tests/contract/test_limited_tokens.py",),
    ),
    Guard(
        "FS-01 list of the caller's workspaces",
        f"{LAYER}/directory/members.py",
        'if caller.acts_in(row["workspace_id"]) and row["workspace_id"] not in closed)',
        'if row["workspace_id"] not in closed)',
        ("tests/contract/test_limited_tokens.py",),
    ),
    Guard(
        "FS-02 bytes of a body",
        f"{LAYER}/http/request.py",
        "if _size(body, in_base64, most) > most:",
        "if False:",
        ("tests/attacks/test_bounds.py",),
    ),
    Guard(
        "FS-02 parameters of a query",
        f"{LAYER}/http/request.py",
        'if query.count("&") + query.count(";") >= bounds.QUERY_PARAMETERS:',
        "if False:",
        ("tests/attacks/test_bounds.py::test_a_query_of_too_many_parameters_is_said_in_the_dialects_words",),
    ),
    Guard(
        "FS-02 field errors told",
        f"{LAYER}/http/handler.py",
        "for error in errors[: bounds.FIELD_ERRORS]",
        "for error in errors",
        ("tests/attacks/test_bounds.py::test_of_many_flaws_twenty_are_told",),
    ),
    Guard(
        "FS-02 fields of an object",
        f"{LAYER}/http/strict_json.py",
        "if len(pairs) > bounds.JSON_MEMBERS:",
        "if False:",
        ("tests/attacks/test_bounds.py::test_an_object_of_too_many_fields_reaches_no_validation",),
    ),
    Guard(
        "FS-02 values of a body",
        f"{LAYER}/http/strict_json.py",
        'if marks.count(",") >= values:',
        "if False:",
        ("tests/attacks/test_bounds.py::test_fs_02_a_list_of_too_many_values_reaches_no_validation",),
    ),
    Guard(
        "FS-03 length of an e-mail address",
        f"{LAYER}/directory/emails.py",
        "if len(address) > bounds.EMAIL_CHARACTERS:",
        "if False:",
        ("tests/attacks/test_bounds.py::test_a_text_longer_than_any_address_is_not_looked_at",),
    ),
    Guard(
        "FS-07 spaces around a cookie's name",
        f"{LAYER}/http/request.py",
        "if key.strip(BLANK) == name]",
        "if key.strip() == name]",
        ("tests/attacks/test_bounds.py::test_a_credential_behind_another_space_than_a_blank_is_none",),
    ),
    Guard(
        "FS-08 pause between fetches of keys",
        f"{LAYER}/auth/key_sets.py",
        " and self.url is not None and rested:",
        " and self.url is not None:",
        ("tests/attacks/test_tokens.py::test_j08_a_flood_of_unknown_kids_fetches_once_a_cool_down",),
    ),
    Guard(
        "FS-08 end of a slow fetch of keys",
        f"{LAYER}/auth/key_sets.py",
        "fetch.give_up()",
        "pass",
        ("tests/attacks/test_bounds.py::test_an_issuer_that_dribbles_is_given_up",),
    ),
    Guard(
        "FS-08 bytes of a key set",
        f"{LAYER}/auth/key_sets.py",
        "if len(content) <= bounds.KEY_SET_BYTES:",
        "if True:",
        ("tests/attacks/test_bounds.py::test_a_key_set_has_a_bound",),
    ),
    Guard(
        "key of a workspace used once",
        f"{LAYER}/directory/workspaces.py",
        'work.do(Put(lock, Absent()), lambda _: Conflict("key", workspace.key))',
        'work.do(Put(lock), lambda _: Conflict("key", workspace.key))',
        ("tests/workspaces/test_create_workspace.py::test_a_key_that_another_took_meanwhile_is_refused",),
    ),
    Guard(
        "e-mail address used once",
        f"{LAYER}/directory/users.py",
        '{"user_id": user.id}), Absent())',
        '{"user_id": user.id}))',
        (
            "tests/workspaces/test_create_user.py::test_an_address_that_another_took_meanwhile_is_refused",
            "tests/workspaces/test_update_user.py::test_an_address_in_use_is_refused",
        ),
    ),
    Guard(
        "last ADMIN of a workspace",
        f"{LAYER}/directory/members.py",
        'Present() if even_last_admin else AtLeast("admins", 2)',
        "Present()",
        ("tests/workspaces/test_remove_member.py::test_the_last_workspace_admin_stays",),
    ),
    Guard(
        "revision of a user in a change",
        f"{LAYER}/directory/users.py",
        'return all_of(Absent("deleted_at"), Equals("revision", user.revision))',
        'return Absent("deleted_at")',
        ("tests/workspaces/test_update_user.py::test_a_change_is_planned_on_what_another_wrote_meanwhile",),
    ),
    Guard(
        "number of a list used once",
        f"{LAYER}/db/transactions.py",
        "self.do(Put(item(keys.row(listing, number), row), Absent()), to_error)",
        "self.do(Put(item(keys.row(listing, number), row)), to_error)",
        ("tests/unit/test_counted_lists.py",),
    ),
    Guard(
        "row of a list removed once",
        f"{LAYER}/db/transactions.py",
        "self.do(Delete(keys.row(listing, number), Present()), to_error)",
        "self.do(Delete(keys.row(listing, number)), to_error)",
        ("tests/unit/test_counted_lists.py",),
    ),
    Guard(
        "place of a change in a list's log",
        f"{LAYER}/db/list_log.py",
        'return any_of(Absent(), Below("number", change))',
        'return any_of(Absent(), Below("number", _ANY))',
        ("tests/model/test_list_log.py",),
    ),
    Guard(
        "one fold of a list's log at a time",
        f"{LAYER}/db/list_log.py",
        'set={"mark": upto}, add=moved, condition=_as_it_was(root, "mark", "total")',
        'set={"mark": upto}, add=moved',
        ("tests/model/test_list_log.py",),
    ),
    Guard(
        "number of a removal's own in a list's log",
        f"{LAYER}/db/list_log.py",
        "counted = _counter(store, listing, numbers, rows, limit, changes=1)",
        "counted = _counter(store, listing, numbers, rows, limit, changes=1 if numbers else 0)",
        ("tests/workspaces/test_remove_member.py",),
    ),
    Guard(
        "condition of a merged counter",
        f"{LAYER}/db/transactions.py",
        "condition=update.condition or present.condition",
        "condition=update.condition",
        ("tests/unit/test_transactions.py",),
    ),
    Guard(
        "one answer under an Idempotency-Key",
        f"{LAYER}/db/idempotency.py",
        'any_of(Absent(), Below("ttl", moment + 1))',
        "None",
        ("tests/unit/test_idempotency.py",),
    ),
    Guard(
        "attempts to log in counted one by one",
        f"{LAYER}/auth/login_throttle.py",
        "Update(counter, set=state, condition=_same(seen))",
        "Update(counter, set=state)",
        ("tests/session/test_lockout.py::test_a_hundred_at_once_are_no_more_than_five",),
    ),
    Guard(
        "grants of an ended membership",
        f"{LAYER}/directory/grants.py",
        "return through > 0 and not (isinstance(since, int) and since > through)",
        "return False",
        ("tests/contract/test_withdrawal.py::test_who_is_added_again_has_none_of_the_former_grants",),
    ),
    Guard(
        "lifetime of a session",
        f"{LAYER}/auth/sessions.py",
        "session.created_at > instant(now - LIFETIME) and ",
        "",
        ("tests/session/test_get_me.py",),
    ),
    Guard(
        "idle time of a session",
        f"{LAYER}/auth/sessions.py",
        " and session.seen_at > instant(now - IDLE)",
        "",
        ("tests/session/test_get_me.py",),
    ),
    Guard(
        "SF-04 browser of a challenge",
        f"{LAYER}/auth/challenges.py",
        " and same(challenge.browser, digest(cookies[0]))",
        "",
        ("tests/factors/test_log_in_second.py::test_a_challenge_is_good_in_its_browser_alone",),
    ),
    Guard(
        "SF-05 session version of a challenge",
        f"{LAYER}/auth/challenges.py",
        "        or challenge.session_version != version\n",
        "",
        ("tests/factors/test_log_in_second.py::test_a_challenge_that_is_dead_is_refused",),
    ),
    Guard(
        "SF-05 expiry of a challenge",
        f"{LAYER}/auth/challenges.py",
        "        or challenge.expires_at <= instant(now)\n",
        "",
        ("tests/factors/test_log_in_second.py::test_a_challenge_that_is_dead_is_refused",),
    ),
    Guard(
        "SF-01 a code twice",
        f"{LAYER}/auth/totp.py",
        "if step > last_step",
        "if True",
        ("tests/unit/test_totp.py",),
    ),
    Guard(
        "SF-06 a code twice at once",
        f"{LAYER}/directory/factors.py",
        '        condition=Below("last_step", step),\n',
        "",
        ("tests/factors/test_log_in_second.py::test_a_code_that_another_login_took_meanwhile_is_refused",),
    ),
    Guard(
        "SF-08 attempts at codes",
        f"{LAYER}/auth/second_factor.py",
        "        counter = login.take_attempt(store, address, sender, more, by.at)\n",
        "        counter = keys.attempts(address)\n",
        (
            "tests/factors/test_log_in_second.py::test_wrong_codes_count_with_wrong_passwords_and_a_right_password_forgets_none",
        ),
    ),
    Guard(
        "SF-12 factor of a remembered browser",
        f"{LAYER}/auth/remembered.py",
        "is_theirs and any(each.id == self.factor_id for each in factors)",
        "is_theirs",
        ("tests/factors/test_log_in_second.py::test_what_ends_a_remembered_browser",),
    ),
    Guard(
        "SF-12 session version of a remembered browser",
        f"{LAYER}/auth/remembered.py",
        " and self.session_version == user.session_version",
        "",
        ("tests/factors/test_log_in_second.py::test_what_ends_a_remembered_browser",),
    ),
    Guard(
        "SF-13 MAC of a remembered browser",
        f"{LAYER}/auth/remembered.py",
        "if not is_ours or",
        "if",
        ("tests/factors/test_log_in_second.py::test_no_other_cookie_stands_for_a_factor",),
    ),
    Guard(
        "SF-18 enrolment before anything else",
        f"{LAYER}/dialects/workspaces/api.py",
        "elif self.access not in _BEFORE_ENROLMENT and authentication.must_enrol(proof.principal):",
        "elif False:",
        ("tests/factors/test_demanded.py",),
    ),
    Guard(
        "SF-17 last factor",
        f"{LAYER}/directory/factors.py",
        "if demanded and not left:",
        "if False:",
        ("tests/factors/test_demanded.py",),
    ),
    Guard(
        "SF-35 owner of a sealed secret",
        f"{LAYER}/auth/sealing.py",
        'return "\\n".join(owner).encode()',
        'return b""',
        ("tests/factors/test_log_in_second.py::test_a_secret_that_was_moved_to_another_user_does_not_open",),
    ),
    Guard(
        "session version of a session",
        f"{LAYER}/auth/sessions.py",
        "return fresh and session.session_version == user.session_version",
        "return fresh",
        ("tests/session/test_change_password.py::test_all_other_sessions_end_and_this_one_lives_on",),
    ),
    Guard(
        "expiry of an API token",
        f"{LAYER}/auth/api_tokens.py",
        "return token.expires_at is not None and token.expires_at <= instant(now)",
        "return False",
        ("tests/session/test_list_tokens.py::test_what_has_expired_leaves_the_list_at_that_moment",),
    ),
    Guard(
        "expiry of an access token",
        f"{LAYER}/auth/refresh_tokens.py",
        " or token.expires_at <= instant(now):",
        ":",
        (
            "tests/oauth/test_issue_token.py",
            "tests/oauth/test_refresh.py",
        ),
    ),
    Guard(
        "expiry of a refresh token",
        f"{LAYER}/auth/refresh_tokens.py",
        "return family.expires_at > instant(now) and",
        "return",
        ("tests/oauth/test_refresh.py",),
    ),
    Guard(
        "reuse of a refresh token ends its family",
        f"{LAYER}/auth/refresh_tokens.py",
        "_end(store, entity(TokenFamily, state), by)",
        "pass",
        ("tests/oauth/test_refresh.py",),
    ),
    Guard(
        "time to send a refresh token again",
        f"{LAYER}/auth/refresh_tokens.py",
        "return _Use.RETRY if turned_at >= instant(now - GRACE) else _Use.SPENT",
        "return _Use.RETRY",
        ("tests/oauth/test_refresh.py",),
    ),
    Guard(
        "FB-02 the same next refresh token for a retry",
        f"{LAYER}/auth/refresh_tokens.py",
        "refresh = _successor_again(found, presented) if use is _Use.RETRY else None",
        "refresh = None",
        ("tests/oauth/test_refresh.py::test_fb_02_a_retry_is_given_what_the_first_answer_had",),
    ),
    Guard(
        "FB-18 unknown query parameters",
        f"{LAYER}/http/handler.py",
        "if not dialect.ignores_unknown_parameters:",
        "if False:",
        ("tests/workspaces/test_get_workspace.py::test_fb_18_it_takes_no_query_parameter",),
    ),
    Guard(
        "expiry of an Idempotency-Key",
        f"{LAYER}/db/idempotency.py",
        ' or _whole(found.get("ttl")) <= int(now.timestamp()):',
        ":",
        ("tests/workspaces/test_idempotency.py::test_an_answer_is_remembered_for_a_day",),
    ),
    Guard(
        "order of API tokens",
        f"{LAYER}/auth/api_tokens.py",
        "return sorted(found, key=lambda token: (token.created_at, token.order, token.id))",
        "return list(found)",
        ("tests/session/test_list_tokens.py::test_a_list_goes_by_creation",),
    ),
    Guard(
        "order of spaces by name",
        f"{LAYER}/directory/spaces.py",
        "return sorted(readable(Space, items), key=lambda space: (space.name, space.id))",
        "return list(readable(Space, items))",
        ("tests/user_space/test_list_spaces.py",),
    ),
    Guard(
        "order of a page from the end",
        f"{LAYER}/db/list_tree.py",
        "nth = skip if forward else count - 1 - skip",
        "nth = skip",
        (
            "tests/unit/test_counted_lists.py",
            "tests/workspaces/test_list_audit.py",
        ),
    ),
    Guard(
        "session for what makes credentials",
        f"{LAYER}/dialects/workspaces/api.py",
        "if self.access in _SESSION_ALONE and proof.principal.session is None:",
        "if False:",
        ("tests/contract/test_matrix.py",),
    ),
    Guard(
        "access to an endpoint of Workspaces",
        f"{LAYER}/dialects/workspaces/api.py",
        "if not _ALLOWS[self.access](call):",
        "if False:",
        ("tests/workspaces/test_access.py::test_an_endpoint_serves_whom_it_is_for",),
    ),
    Guard(
        "role ADMIN in a workspace",
        f"{LAYER}/dialects/workspaces/api.py",
        "(call.membership is not None and call.user.role_in(call.membership) is WorkspaceRole.ADMIN)",
        "call.membership is not None",
        ("tests/workspaces/test_access.py::test_an_endpoint_serves_whom_it_is_for",),
    ),
    Guard(
        "least role for an unknown one",
        f"{LAYER}/db/codec.py",
        "    WorkspaceRole: WorkspaceRole.MEMBER,",
        "    WorkspaceRole: WorkspaceRole.ADMIN,",
        ("tests/unit/test_codec.py::test_an_unknown_role_is_the_one_that_may_least",),
    ),
    Guard(
        "space of another workspace",
        f"{LAYER}/dialects/workspaces/spaces.py",
        "if space is None or space.workspace_id != workspace.id:",
        "if space is None:",
        ("tests/contract/test_matrix.py",),
    ),
    Guard(
        "who sees a space",
        f"{LAYER}/dialects/workspaces/spaces.py",
        '    if not seen.rules and not seen.roles:\n        raise NotFound("space")\n',
        "",
        ("tests/spaces/test_roles_and_apps.py::test_what_is_refused_changes_nothing",),
    ),
    Guard(
        "who changes a space",
        f"{LAYER}/dialects/workspaces/spaces.py",
        "        if not seen.rules and seen.roles.isdisjoint(roles):",
        "        if False:",
        ("tests/spaces/test_roles_and_apps.py::test_what_is_refused_changes_nothing",),
    ),
    Guard(
        "an app of another space",
        f"{LAYER}/dialects/workspaces/spaces.py",
        "if app is None or app.space_id != space.id:",
        "if app is None:",
        ("tests/spaces/test_roles_and_apps.py::test_apps_are_of_their_space_alone_and_not_everybodys",),
    ),
    Guard(
        "a role from a former membership",
        f"{LAYER}/directory/space_roles.py",
        "grant is not None and not grants.is_void(grant, user))",
        "grant is not None)",
        (
            "tests/spaces/test_roles_and_apps.py::test_who_comes_back_has_the_role_only_when_it_is_given_again",
        ),
    ),
    Guard(
        "a role while the membership ends",
        f"{LAYER}/directory/space_roles.py",
        "        work.do(Check(at_member, members.still(membership)), _no_member_or_lost)\n",
        "",
        ("tests/spaces/test_roles_and_apps.py::test_what_happens_meanwhile_counts",),
    ),
    Guard(
        "a name in other cases",
        f"{LAYER}/directory/spaces.py",
        'unicodedata.normalize("NFD", name).casefold()',
        'unicodedata.normalize("NFD", name)',
        ("tests/spaces/test_spaces.py::test_a_name_is_unique_in_its_workspace_whatever_its_case",),
    ),
    Guard(
        "apps while their space is deleted",
        f"{LAYER}/directory/spaces.py",
        ", all_of(_unchanged(before), uncounted)",
        ", _unchanged(before)",
        ("tests/spaces/test_spaces.py::test_an_app_that_comes_while_its_space_is_deleted_keeps_it",),
    ),
    Guard(
        "a deleted space imported again",
        f"{LAYER}/directory/spaces.py",
        "    if not alone:  # an imported id may be",
        "    if False:  # an imported id may be",
        ("tests/spaces/test_names.py::test_an_imported_id_inherits_no_role_of_a_deleted_space",),
    ),
    Guard(
        "project of another workspace",
        f"{LAYER}/dialects/workspaces/projects.py",
        "project is not None and project.workspace_id == call.workspace.id else None",
        "project is not None else None",
        (
            "tests/projects/test_projects.py::test_b03_a_project_of_another_workspace_is_as_one_that_is_not_there",
        ),
    ),
    Guard(
        "who sees a project",
        f"{LAYER}/dialects/workspaces/projects.py",
        " or not (allows(call, Access.WORKSPACE_ADMIN) or works_in(call, project_id))",
        "",
        (
            "tests/projects/test_projects.py::test_b03_a_project_of_another_workspace_is_as_one_that_is_not_there",
        ),
    ),
    Guard(
        "a place from a former membership",
        f"{LAYER}/dialects/workspaces/projects.py",
        "grant is not None and not grants.is_void(grant, call.user)",
        "grant is not None",
        ("tests/projects/test_project_members.py",),
    ),
    Guard(
        "who changes a project",
        f"{LAYER}/dialects/workspaces/projects.py",
        "    demand_manager(call)\n",
        "",
        ("tests/projects",),
    ),
    Guard(
        "a project that holds something",
        f"{LAYER}/directory/projects.py",
        "if before.children > 0 or",
        "if",
        ("tests/projects/test_projects.py::test_a_project_with_something_in_it_is_not_deleted",),
    ),
    Guard(
        "a member while the membership ends",
        f"{LAYER}/directory/projects.py",
        "        work.do(Check(member, members.still(membership)))\n",
        "",
        ("tests/projects/test_project_members.py",),
    ),
    Guard(
        "feature of another workspace",
        f"{LAYER}/dialects/workspaces/features.py",
        "if feature is None or feature.workspace_id != call.workspace.id:",
        "if feature is None:",
        ("tests/features",),
    ),
    Guard(
        "an owner from elsewhere",
        f"{LAYER}/directory/features.py",
        "no_member = living is None or membership is None",
        "no_member = living is None",
        ("tests/features",),
    ),
    Guard(
        "users of a project in Testmo",
        f"{LAYER}/directory/projects.py",
        "if project is None or home not in found or not (user.is_admin or rules or works_there):",
        "if project is None or home not in found:",
        ("tests/testmo/test_list_project_users.py",),
    ),
    Guard(
        "scopes of a client",
        f"{LAYER}/auth/token_endpoint.py",
        " or not names <= set(granted):",
        ":",
        ("tests/oauth/test_issue_token.py",),
    ),
    Guard(
        "grants of a client",
        f"{LAYER}/auth/token_endpoint.py",
        "if grant not in self.client.grants or (grant == CLIENT and self.public):",
        "if False:",
        ("tests/oauth/test_issue_token.py",),
    ),
    Guard(
        "refresh token of another client",
        f"{LAYER}/auth/token_endpoint.py",
        "if (family.client_id, family.generation) != (who.client.id, who.client.generation):",
        "if False:",
        ("tests/oauth/test_refresh.py",),
    ),
    Guard(
        "secret of a session",
        f"{LAYER}/auth/sessions.py",
        'if found is None or not same(found.get("digest"), credential.digest):',
        "if found is None:",
        ("tests/session/test_get_me.py::test_a_credential_of_another_secret_proves_nobody",),
    ),
    Guard(
        "secret of an API token",
        f"{LAYER}/auth/authentication.py",
        ' or not same(item.get("digest"), presented):',
        ":",
        ("tests/session/test_get_me.py::test_a_credential_of_another_secret_proves_nobody",),
    ),
    Guard(
        "user verification of a passkey",
        f"{LAYER}/auth/passkeys.py",
        '"user_verification": "required"}',
        '"user_verification": "preferred"}',
        ("tests/unit/test_passkeys.py",),
    ),
    Guard(
        "origin that a passkey signed for",
        f"{LAYER}/auth/passkeys.py",
        "lambda origin: origin == party.origin",
        "lambda origin: True",
        ("tests/unit/test_passkeys.py",),
    ),
    Guard(
        "frame that a passkey was asked in",
        f"{LAYER}/auth/passkeys.py",
        'if told.get("crossOrigin", False) is not False or "topOrigin" in told:',
        "if False:",
        ("tests/unit/test_passkeys.py",),
    ),
    Guard(
        "kind of a passkey's key",
        f"{LAYER}/auth/passkeys.py",
        "if key.get(3) not in ALGORITHMS:",
        "if False:",
        ("tests/unit/test_passkeys.py",),
    ),
    Guard(
        "user whom a passkey names",
        f"{LAYER}/auth/passkeys.py",
        'if answer.response.user_handle not in (None, b"", _handle(user)):',
        "if False:",
        ("tests/unit/test_passkeys.py",),
    ),
    Guard(
        "copy of a passkey",
        f"{LAYER}/auth/passkeys.py",
        " and said.counter <= passkey.sign_count",
        " and False",
        ("tests/passkeys/test_log_in_by_passkey.py",),
    ),
    Guard(
        "browser of a challenge",
        f"{LAYER}/auth/challenges.py",
        " and same(challenge.browser, digest(cookies[0]))",
        "",
        ("tests/passkeys/test_log_in_by_passkey.py",),
    ),
    Guard(
        "purpose of a challenge",
        f"{LAYER}/auth/challenges.py",
        "or challenge.purpose is not purpose",
        "or False",
        ("tests/passkeys/test_create_passkey.py",),
    ),
    Guard(
        "challenge of a login by a passkey, once",
        f"{LAYER}/auth/passkey_login.py",
        "    work.do(challenges.spent(challenge), lambda _: Unauthenticated())\n",
        "",
        ("tests/passkeys/test_log_in_by_passkey.py",),
    ),
    Guard(
        "challenge of an enrolment, once",
        f"{LAYER}/auth/passkey_enrolment.py",
        "    work.do(challenges.spent(challenge), lambda _: _spent())\n",
        "",
        ("tests/passkeys/test_create_passkey.py",),
    ),
    Guard(
        "ten minutes of a proof",
        f"{LAYER}/auth/sessions.py",
        "session.last_proof > instant(now - PROOF_LASTS) and ",
        "",
        ("tests/session/test_reauthenticate.py",),
    ),
    Guard(
        "proof by a factor of who has one",
        f"{LAYER}/auth/sessions.py",
        " and (session.factor or user.factors == 0)",
        "",
        ("tests/session/test_reauthenticate.py",),
    ),
    Guard(
        "former session after a proof",
        f"{LAYER}/auth/sessions.py",
        "    work.do(Delete(keys.session(user.id, session.id), Present()), lambda _: Unauthenticated())\n",
        "",
        ("tests/session/test_reauthenticate.py",),
    ),
    Guard(
        "password in a factor's place",
        f"{LAYER}/auth/reauthentication.py",
        "if user.factors > 0:",
        "if False:",
        ("tests/session/test_reauthenticate.py",),
    ),
    Guard(
        "proof before another's password changes",
        f"{LAYER}/dialects/workspaces/api.py",
        "    call.demand_recent_proof()\n    if user.id == call.user.id:",
        "    if user.id == call.user.id:",
        ("tests/session/test_reauthenticate.py",),
    ),
    Guard(
        "proof before a client gets another user",
        "functions/reference/update_client.py",
        "        call.demand_recent_proof()",
        "        pass",
        ("tests/contract/test_touch.py",),
    ),
    Guard(
        "passcode of who has a factor",
        f"{LAYER}/auth/token_endpoint.py",
        "if user.factors > 0 else None",
        "if passcode else None",
        ("tests/oauth/test_passcode.py",),
    ),
    Guard(
        "passcode, once",
        f"{LAYER}/auth/token_endpoint.py",
        "    if proof is not None:\n        second_factor.plan(work, user, proof)\n",
        "",
        ("tests/oauth/test_passcode.py",),
    ),
    Guard(
        "enrolment before the token endpoint",
        f"{LAYER}/auth/token_endpoint.py",
        " or (proof is None and authentication.is_demanded(user))",
        "",
        ("tests/oauth/test_passcode.py",),
    ),
    Guard(
        "one's own factors reset",
        "functions/people/reset_factors.py",
        "    demand_factors_of_another(call, user)\n",
        "",
        ("tests/people/test_reset_factors.py",),
    ),
    Guard(
        "factors of an address that was never proved",
        f"{LAYER}/auth/password_links.py",
        "present.factors > 0 and not present.email_verified",
        "present.factors > 0",
        ("tests/invitations/test_passwords.py",),
    ),
    # SCIM.
    Guard(
        "SCIM token in another workspace",
        f"{LAYER}/auth/authentication.py",
        """ or credential.user_id != workspace_id:
        raise Unauthenticated
    home = keys.workspace(workspace_id)
    found = store.batch_get([home, *scim_tokens.places(workspace_id), *prefetch])
""",
        """:
        raise Unauthenticated
    home = keys.workspace(workspace_id)
    found = store.batch_get([home, *scim_tokens.places(credential.user_id), *prefetch])
""",
        (f"{_MEMBERS}::test_a_scim_token_proves_its_workspace_alone_and_two_live_at_most",),
    ),
    Guard(
        "membership that is suspended",
        f"{LAYER}/domain.py",
        "if isinstance(workspace_id, str) and workspace_id in self.suspended_in:",
        "if False:",
        (f"{_MEMBERS}::test_a_suspended_member_is_none_and_comes_back_with_all_that_was_granted",),
    ),
    Guard(
        "profile of a user whom the workspace did not make",
        f"{LAYER}/directory/provisioning.py",
        "if view is None or not view.managed or user.is_platform_admin:",
        "if view is None or user.is_platform_admin:",
        (f"{_MEMBERS}::test_whoever_has_an_account_keeps_their_profile",),
    ),
    Guard(
        "profile of a user who belongs elsewhere too",
        f"{LAYER}/directory/provisioning.py",
        "if after != user and is_all_of(store, present) else user",
        "",
        (f"{_MEMBERS}::test_a_profile_follows_the_view_while_the_user_belongs_nowhere_else",),
    ),
    Guard(
        "account that the workspace did not make",
        f"{LAYER}/directory/provisioning.py",
        "if managed and not one.user.is_platform_admin and is_all_of(store, one):",
        "if not one.user.is_platform_admin and is_all_of(store, one):",
        (f"{_MEMBERS}::test_whoever_has_an_account_keeps_their_profile",),
    ),
    Guard(
        "user name of another member",
        f"{LAYER}/directory/provisioning.py",
        "if one.user.id != own and folded(one.user_name) == folded(user_name):",
        "if False:",
        (f"{_MEMBERS}::test_another_user_name_is_unique_too_and_frees_the_former",),
    ),
    Guard(
        "members of a group that becomes one of ADMINs",
        f"{LAYER}/directory/workspace_groups.py",
        "if role is not None and before.members > MOST_ADMINS:",
        "if False:",
        (f"{_MEMBERS}::test_an_admin_group_has_ninety_members_at_most",),
    ),
    Guard(
        "host that the local server answers to",
        "local/hosts.py",
        "if len(hosts) == 1 and self._knows(hosts[0]) and",
        "if len(hosts) == 1 and",
        ("tests/local/test_server.py",),
    ),
    Guard(
        "membership elsewhere that begins while the profile follows",
        f"{LAYER}/directory/provisioning.py",
        "work.demand(keys.user(user.id), _belongs_nowhere_else(present.user))",
        "pass",
        ("tests/attacks/test_scim.py::test_the_mail_of_who_belongs_elsewhere_too_is_not_redirected",),
    ),
    Guard(
        "comparisons of a filter",
        f"{LAYER}/dialects/scim/filters.py",
        "if self.terms > TERMS:",
        "if False:",
        ("tests/attacks/test_scim.py",),
    ),
    Guard(
        "elements that a PATCH leaves",
        f"{LAYER}/dialects/scim/patches.py",
        "_demand_few(after, intention, schema)",
        "pass",
        ("tests/attacks/test_scim.py::test_a_patch_bomb_is_refused_before_anything_is_written",),
    ),
    Guard(
        "EV-04 every address of a target",
        f"{LAYER}/http/targets.py",
        "if not all(may_be_called(each, loopback=loopback, secure=target.secure) for each in found):",
        "if not any(may_be_called(each, loopback=loopback, secure=target.secure) for each in found):",
        (f"{_OUTGOING}::test_a_name_with_a_private_address_is_not_connected_to",),
    ),
    Guard(
        "EV-06 a redirect is no success",
        f"{LAYER}/http/outgoing.py",
        "200 <= self.status < 300",
        "200 <= self.status < 400",
        (f"{_OUTGOING}::test_a_redirect_is_not_followed",),
    ),
    Guard(
        "EV-20 body under a webhook's signature",
        f"{LAYER}/auth/webhook_signatures.py",
        'signed = f"{message_id}.{at}.".encode() + body',
        'signed = f"{message_id}.{at}.".encode()',
        ("tests/webhooks/test_signatures.py::test_both_kinds_verify",),
    ),
    Guard(
        "EV-22 feed of one's own workspace",
        "functions/workspaces/list_workspace_events.py",
        "keys.feed_of(app.call.workspace.id)",
        "keys.WHOLE_FEED",
        ("tests/events/test_feeds.py",),
    ),
    Guard(
        "EV-14 profiles where they are included alone",
        f"{LAYER}/directory/cloud_events.py",
        "if settings().include_profiles:",
        "if True:",
        ("tests/events/test_contents.py",),
    ),
    Guard(
        "one number an event",
        f"{LAYER}/directory/event_feed.py",
        "condition=all_of(Present(), Absent(SEQUENCE)),",
        "condition=Present(),",
        ("tests/events/test_numbering.py::test_what_another_numbers_meanwhile_is_not_numbered_again",),
    ),
    Guard(
        "EV-11 secret of a webhook once",
        f"{LAYER}/dialects/workspaces/api.py",
        'SHOWN_ONCE = frozenset({"link", "secret"})',
        'SHOWN_ONCE = frozenset({"link"})',
        ("tests/webhooks/test_endpoints.py::test_a_secret_is_shown_once_and_is_nowhere_else",),
    ),
    Guard(
        "EV-24 rest of a webhook that fails",
        f"{LAYER}/directory/deliveries.py",
        "if failures >= RESTS_AFTER:",
        "if False:",
        (f"{_DELIVERIES}::test_a_webhook_that_fails_rests_for_longer_and_longer",),
    ),
)


class Useless(Exception):
    """A guard that this tool cannot judge, and why."""


def main(names: Sequence[str]) -> int:
    """Try the checks of these names, or all. Returns the exit code."""
    guards = [guard for guard in GUARDS if not names or guard.name in names]
    caught: dict[str, str] = {}
    with ExitStack() as stack:
        trees = SimpleQueue[Path]()
        workers = os.cpu_count() or 1
        for _ in range(workers):
            trees.put(stack.enter_context(_copied()))
        pool = stack.enter_context(ThreadPoolExecutor(workers))
        for guard, (test, why) in zip(guards, pool.map(partial(_judge, trees), guards), strict=True):
            print(f"{guard.name:<45} {test or f'NOT PROVED: {why}'}", flush=True)
            if test:
                caught[guard.name] = test
    for name, test in _red(ROOT, caught).items():
        print(f"{name:<45} NOT PROVED: {test} fails with the guard too")
        del caught[name]
    print(f"{len(caught)} of {len(guards)} caught")
    return 0 if guards and len(caught) == len(guards) else 1


@contextmanager
def _copied() -> Iterator[Path]:
    """A copy of the tree, which goes when the block ends."""
    with tempfile.TemporaryDirectory(prefix="roster-mutation-") as folder:
        tree = Path(shutil.copytree(ROOT, Path(folder) / "tree", ignore=LEFT_OUT))
        if TRANSLATIONS.is_dir():
            shutil.copytree(TRANSLATIONS, tree / TRANSLATIONS.relative_to(ROOT))
        yield tree


def _judge(trees: "SimpleQueue[Path]", guard: Guard) -> tuple[str | None, str]:
    """The test that fails without the guard, in one of these trees; or why there is none."""
    tree = trees.get()
    try:
        return _caught(tree, guard), "it can be taken away and all tests pass"
    except (Useless, subprocess.TimeoutExpired) as error:
        return None, str(error)
    finally:
        trees.put(tree)


def _caught(tree: Path, guard: Guard) -> str | None:
    """The first test that fails without the guard; None where all pass."""
    with _mutated(tree / guard.file, guard.text, guard.without):
        return next(iter(_failures(tree, guard.tests, "-x")), None)


def _red(tree: Path, caught: Mapping[str, str]) -> dict[str, str]:
    """Of the tests that noticed guards, by the guards' names, those that fail with all guards in place."""
    failures = _failures(tree, sorted(set(caught.values()))) if caught else []
    return {name: test for name, test in caught.items() if test in failures}


@contextmanager
def _mutated(path: Path, text: str, without: str) -> Iterator[None]:
    """The file with one place changed, as long as the block lasts."""
    if not path.exists():
        raise Useless(f"there is no {path.name}")
    whole = path.read_text("utf-8")
    if whole.count(text) != 1:
        raise Useless(f"{path.name} has the guard's text {whole.count(text)} times")
    path.write_text(whole.replace(text, without), "utf-8")
    try:
        yield
    finally:
        path.write_text(whole, "utf-8")


def _failures(tree: Path, tests: Sequence[str], *options: str) -> list[str]:
    """The names of the tests that fail, in order. Raises Useless where they cannot run."""
    missing = [test for test in tests if not (tree / test.partition("::")[0]).exists()]
    if missing:
        raise Useless(f"there is no {missing[0]}")
    command = [sys.executable, "-m", "pytest", "-q", "-rf", "--tb=no", "-p", "no:cacheprovider", *options]
    # Bytecode is read, never written: else what changes twice in a second would be that of before.
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    ran = subprocess.run(  # noqa: S603 - our own tests
        [*command, *tests],
        cwd=tree,
        env=environ,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    failures = [found[1] for found in re.finditer(r"^FAILED (.+?)( - .*)?$", ran.stdout, re.MULTILINE)]
    if ran.returncode not in (0, 1) or (ran.returncode == 1 and not failures):
        raise Useless(f"the tests do not run: {ran.stdout[-300:]}")
    return failures


if __name__ == "__main__":
    sys.exit(printing(lambda: main(sys.argv[1:])))
