"""One decision for both planes (放行判定): key → client → service → purpose → grant → networks → path → case.

Nothing here asks a clock or a socket. A policy is compiled once; what a grant gives is computed at its first
call and holds until the policy or the grant's own time runs out.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import unquote_to_bytes

from zhujianyun.apps.data_gateway.rules.addresses import Address, allowed, client_of
from zhujianyun.apps.data_gateway.rules.faults import Fault, Known, of_rule
from zhujianyun.apps.data_gateway.rules.policy import Key, Policy, Service
from zhujianyun.apps.data_gateway.rules.quota import Limits
from zhujianyun.base.errors import NotAllowed, RuleBroken
from zhujianyun.kernel.resource.granting import Effective, Terms, effective

BEARER = "bearer "
HELD_FOR, HELD_MOST = timedelta(seconds=1), 4096


@dataclass(frozen=True, slots=True)
class Ask:
    """What decides about a call (请求要素). ``purpose`` is decoded; ``authorization`` is the header as it came."""

    address: Address
    method: str
    authorization: str
    client: str
    purpose: str
    issue: str
    source: str  # address of the peer


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What a grant gives until something changes (放行依据); compared and kept by identity."""

    service: Service
    terms: Terms
    effective: Effective
    limits: Limits
    networks: tuple[IPv4Network | IPv6Network, ...]


@dataclass(frozen=True, slots=True)
class Permit:
    """A call that may go on (准予通过)."""

    key: Key
    client: str
    ground: Ground
    known: Known


class Compiled:
    """A policy made ready for deciding (已编译策略): one per policy, thrown away with it."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.subject_key = bytes.fromhex(policy.subject_key)
        self.cursor_key = bytes.fromhex(policy.cursor_key)
        self._grounds: dict[str, Ground] = {}
        self._held: dict[tuple[str, ...], tuple[datetime, datetime, Permit]] = {}
        self._of_mount: dict[tuple[str, str], list[Terms]] = defaultdict(list)
        for terms in policy.grants.values():
            self._of_mount[(terms.mount, terms.consumer)].append(terms)

    def decide(self, ask: Ask, now: datetime) -> Permit:
        """Whether a call may go on (判定).

        Raises:
            Fault: why not; ``known`` holds what was established before.
        """
        known = Known()
        try:
            permit = self._permit(ask, now, known)
            known = permit.known
            if permit.ground.service.kind == "api":
                _check_path(permit.ground.service, ask)
        except Fault as fault:
            fault.known = known
            raise
        return permit

    def _permit(self, ask: Ask, now: datetime, known: Known) -> Permit:
        """As it was decided for the same caller within this second, or anew; never beyond key and grant."""
        what = (ask.address.service_path, ask.authorization, ask.client, ask.purpose, ask.issue, ask.source)
        held = self._held.get(what)
        if held is not None and held[0] <= now < held[1]:
            return held[2]
        permit = self._decide(ask, now, known)
        if len(self._held) >= HELD_MOST:
            self._held.clear()
        until = min(now + HELD_FOR, permit.key.valid_until, permit.ground.terms.valid_until)
        self._held[what] = (now, until, permit)
        return permit

    def _decide(self, ask: Ask, now: datetime, known: Known) -> Permit:
        key = self.key_of(ask.authorization, now)
        known.key, known.consumer = key.id, key.client
        client = client_of(ask.client)
        if client != key.client:
            raise Fault("Client.ClientMismatch")
        service = self.service_at(ask.address.service_path)
        known.service, known.purpose = service.code, ask.purpose
        terms = self._terms(service, key, ask.purpose, now)
        known.grant, known.grant_version, known.test = terms.code, terms.version, terms.is_test
        known.purpose = terms.purpose
        ground = self._ground(service, terms, now)
        _check_network(ground, ask.source)
        self._check_issue(key, ask.issue)
        return Permit(key, client, ground, known)

    def key_of(self, authorization: str, now: datetime) -> Key:
        """The key that was shown (核验密钥): known by its digest alone.

        Raises:
            Fault: Client.KeyMissing, .KeyUnknown, .KeyNotBegun, .KeyExpired.
        """
        if authorization[:7].lower() != BEARER or not (secret := authorization[7:].strip()):
            raise Fault("Client.KeyMissing")
        key = self.policy.keys.get(digest_of(secret))
        if key is None:
            raise Fault("Client.KeyUnknown")
        if now < key.valid_from:
            raise Fault("Client.KeyNotBegun")
        if now >= key.valid_until:
            raise Fault("Client.KeyExpired")
        return key

    def service_at(self, path: str) -> Service:
        """The service behind an address (查找服务).

        Raises:
            Fault: Client.ServiceUnknown.
        """
        service = self.policy.services.get(path)
        if service is None:
            raise Fault("Client.ServiceUnknown")
        return service

    def _terms(self, service: Service, key: Key, purpose: str, now: datetime) -> Terms:
        """The grant for this purpose: of several, one that is alive, the newest first."""
        held = [
            terms for terms in self._of_mount.get((service.mount, key.consumer), ())
            if not terms.system or terms.system == key.system
        ]  # fmt: skip
        if not held:
            raise Fault("Client.NoGrant")
        if not purpose:
            raise Fault("Client.PurposeMissing")
        fit = [terms for terms in held if purpose in (terms.code, terms.purpose)]
        if not fit:
            raise Fault("Client.PurposeNotGranted")
        fit.sort(key=lambda one: (_lives(one, now), one.valid_from, one.code), reverse=True)
        return fit[0]

    def _ground(self, service: Service, terms: Terms, now: datetime) -> Ground:
        found = self._grounds.get(terms.code)
        if found is not None and terms.valid_from <= now < terms.valid_until:
            return found
        try:
            given = effective(terms, self.policy.offered[terms.mount], now)
        except KeyError as error:
            raise Fault("Client.GrantRefused") from error
        except (NotAllowed, RuleBroken) as error:
            raise _refused(error) from error
        networks = tuple(ip_network(one) for one in terms.networks)
        is_personal = any(item.sensitivity == "personal" for item in given.items)
        limits = Limits.of(terms.quota, self.policy.lookups_per_hour if is_personal else 0)
        found = Ground(service, terms, given, limits, networks)
        self._grounds[terms.code] = found
        return found

    def _check_issue(self, key: Key, issue: str) -> None:
        """Our own applications name a case that is open; what outside consumers name is only recorded."""
        if self.policy.own and key.consumer.startswith(self.policy.own) and issue not in self.policy.issues:
            raise Fault("Client.IssueUnknown")


def digest_of(secret: str) -> str:
    """What is kept of a key (密钥摘要): hexadecimal SHA-256 of its text."""
    return _digest(secret)


@lru_cache(maxsize=1024)
def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _lives(terms: Terms, now: datetime) -> bool:
    return terms.state == "active" and terms.valid_from <= now < terms.valid_until


def _refused(error: NotAllowed | RuleBroken) -> Fault:
    if isinstance(error, NotAllowed):
        return of_rule(error)
    return Fault("Client.GrantRefused", error.message_zh, rule=error.rule)


def _check_network(ground: Ground, source: str) -> None:
    if not ground.networks:
        return
    try:
        address = ip_address(source)
    except ValueError as error:
        raise Fault("Client.NetworkDenied") from error
    if not any(address in network for network in ground.networks):
        raise Fault("Client.NetworkDenied")


def _check_path(service: Service, ask: Ask) -> None:
    if ask.method not in service.methods:
        raise Fault("Client.MethodNotAllowed")
    if not allowed(service.paths, ask.address.rest):
        raise Fault("Client.PathNotAllowed")


def purpose_of(headers: Mapping[str, str]) -> str:
    """The purpose that X-Zjy-Purpose names, decoded (用途); empty when there is none.

    Raises:
        Fault: Client.BadRequest for bytes that are no UTF-8.
    """
    raw = headers.get("x-zjy-purpose", "")
    return unquoted(raw) if "%" in raw else raw


@lru_cache(maxsize=4096)
def unquoted(raw: str) -> str:
    """A percent-encoded header value as text (解码请求头).

    Raises:
        Fault: Client.BadRequest for bytes that are no UTF-8.
    """
    try:
        return unquote_to_bytes(raw).decode("utf-8")
    except UnicodeError as error:
        raise Fault("Client.BadRequest", "请求头的中文应以 UTF-8 逐字节百分号编码。") from error
