"""Who needs a version says so, and why (保留要求)."""

from __future__ import annotations

import pytest

from zhujianyun.kernel.resource import pins


@pytest.fixture(autouse=True)
def nobody(monkeypatch):
    monkeypatch.setattr(pins, "_pins", {})


def test_reasons_of_several_add_up_by_version():
    pins.register_pins(pins.Pins("calls", "曾供整页读取", lambda _: {"a": {1, 2}}))
    pins.register_pins(pins.Pins("court", "证据保全", lambda _: {"a": [2], "b": [7]}))
    assert pins.needed() == {
        "a": {1: ("曾供整页读取",), 2: ("曾供整页读取", "证据保全")},
        "b": {7: ("证据保全",)},
    }


def test_whoever_asks_for_one_data_set_lets_the_others_alone():
    asked: list[str] = []
    pins.register_pins(pins.Pins("calls", "曾供整页读取", lambda code: asked.append(code) or {}))
    assert pins.needed("a") == {}
    assert asked == ["a"]


def test_a_name_again_takes_the_place_of_the_first():
    pins.register_pins(pins.Pins("calls", "曾供整页读取", lambda _: {"a": {1}}))
    pins.register_pins(pins.Pins("calls", "曾供整页读取", lambda _: {"a": {2}}))
    assert pins.needed() == {"a": {2: ("曾供整页读取",)}}
