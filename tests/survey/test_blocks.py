from __future__ import annotations

from forensics.survey.blocks import Block, blocks_of, with_value

TEXT = '''# head
timezone = "UTC"

# of the first
[[job]]
name = "a"

[job.attributes]
x = "y"

[[job]]
name = "b"
command = """
[[job]]
"""

# ---- the end
'''


def test_blocks_together_are_the_whole():
    assert "".join(block.text for block in blocks_of(TEXT)) == TEXT


def test_comment_above_a_table_is_its_own():
    assert blocks_of(TEXT)[1].lines[0] == "# of the first"


def test_table_within_a_table_belongs_to_it():
    assert blocks_of(TEXT)[1].values() == {"name": "a", "attributes": {"x": "y"}}


def test_header_within_a_long_text_is_none():
    assert [block.name for block in blocks_of(TEXT)] == ["", "job", "job"]


def test_value_is_replaced_and_its_comment_stays():
    block = Block("job", ("[[job]]", 'schedule = "0 3 * * *"  # after the backup'))
    assert (
        with_value(block, ("schedule",), 'schedule = "0 4 * * *"').lines[1]
        == 'schedule = "0 4 * * *"  # after the backup'
    )


def test_sign_of_a_comment_in_a_text_is_no_comment():
    block = Block("job", ("[[job]]", 'command = "a # b"'))
    assert with_value(block, ("command",), 'command = "c"').lines[1] == 'command = "c"'


def test_value_that_is_missing_comes_behind_another():
    block = Block("job", ("[[job]]", 'name = "a"', 'command = "b"', ""))
    assert with_value(block, ("schedule",), "new", ("name",)).lines == (
        "[[job]]",
        'name = "a"',
        "new",
        'command = "b"',
        "",
    )


def test_value_can_be_taken_out():
    block = Block("job", ("[[job]]", 'timezone = "UTC"'))
    assert with_value(block, ("timezone",), None).lines == ("[[job]]",)
