"""Who gave whom roles, and who accepted findings."""

from __future__ import annotations

from tests.audit.plain import STAFF, Plain
from tests.audit.stories import twins

LIST = "policies/staff.yaml"
LEADING = {LIST: STAFF.replace("jo@example.org, roles: [agent]", "jo@example.org, roles: [lead]")}


@twins("self-granted", "minor", "changed what the staff list says of jo, who committed it", case=None)
def test_a_role_that_somebody_gave_themselves(desk: Plain, guilty: bool) -> str:
    return desk.commit(LEADING, "Jo leads", who="jo" if guilty else "max")


@twins("self-granted", "minor", "changed what the staff list says of eve, who committed it", case=None)
def test_a_stranger_who_put_herself_on_the_list(desk: Plain, guilty: bool) -> str:
    more = "  eve: {name: Eve, mail: eve@example.org, roles: [lead]}\n"
    return desk.commit({LIST: STAFF + more}, "Eve leads", who="eve" if guilty else "max")


@twins("acceptance-proxy", "observation", "says that lee accepts finding 0123456789ab; it was committed by", case=None)
def test_a_word_in_anothers_name(desk: Plain, guilty: bool) -> str:
    word = "{finding: 0123456789ab, by: lee, why: Known., until: 2027-01-01}"
    text = f"accepted:\n- {word}\n"
    return desk.commit({"policies/accepted.yaml": text}, "Accept it", who="jo" if guilty else "lee")
