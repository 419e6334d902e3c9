"""The people of the demo, where other departments are offices as well."""

from __future__ import annotations

import pytest

from zhujianyun.apps.fire_review.sample import parties
from zhujianyun.config import demo_people
from zhujianyun.kernel.access.models import Membership, Office


@pytest.mark.django_db
def test_beside_other_departments_everybody_sits_in_ours():
    demo_people.found(2020)
    posts = set(Membership.objects.values_list("account__username", "role__code", "office__code"))
    Office.objects.create(code="0-mz", name="自治区民政厅", kind=Office.Kind.PROVINCE)
    demo_people.found(2020)
    assert set(Membership.objects.values_list("account__username", "role__code", "office__code")) == posts
    assert {office for name, _, office in posts if name == "leader"} == {"450000"}
    assert parties.source().owner.code == "450000"
