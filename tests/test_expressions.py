from __future__ import annotations

import math

import pytest
from expressions import Scope, condition, evaluate, fill, parse
from loose import Exact, ExpressionError
from places import Names, check, check_condition

FRUITS = [{"name": "apple", "quantity": 1}, {"name": "orange", "quantity": 2}, {"name": "pear"}]
CONTEXTS = {
    "github": {
        "event": {"issue": {"labels": [{"name": "bug"}, {"name": "help wanted"}]}, "number": 7},
        "ref": "refs/heads/main",
        "event_name": "push",
    },
    "env": Exact({"NAME": "first", "MY_VAR": "x"}),
    "fruits": FRUITS,
    "vegetables": {"scallions": {"colors": ["green", "white"]}, "beets": {"colors": ["purple"]}},
    "matrix": {"target": "eu", "big": 1e15},
    "nothing": None,
}


def said(source: str, **status: bool) -> object:
    return evaluate(parse(source), Scope(CONTEXTS, status))


@pytest.mark.parametrize(
    ("source", "value"),
    [
        pytest.param("null", None, id="null"),
        pytest.param("false", False, id="boolean"),
        pytest.param("711", 711.0, id="integer"),
        pytest.param("-9.2", -9.2, id="negative float"),
        pytest.param("0xff", 255.0, id="hexadecimal"),
        pytest.param("-2.99e-2", -0.0299, id="exponential"),
        pytest.param("'Mona the Octocat'", "Mona the Octocat", id="text"),
        pytest.param("'It''s open source!'", "It's open source!", id="text with a quote"),
        pytest.param("github.event.number", 7, id="property"),
        pytest.param("github['event']['number']", 7, id="index by a text"),
        pytest.param("GitHub.Event.NUMBER", 7, id="names in any case"),
        pytest.param("env.name", None, id="the environment tells case apart"),
        pytest.param("env[format('N{0}', 'AME')]", "first", id="index by an expression"),
        pytest.param("fruits[1].name", "orange", id="index by a number"),
        pytest.param("fruits[9].name", None, id="no such member"),
        pytest.param("nothing.at.all", None, id="property of null"),
        pytest.param("fruits.*.name", ["apple", "orange", "pear"], id="star over a list"),
        pytest.param("fruits.*.quantity", [1, 2], id="star leaves out what is not there"),
        pytest.param(
            "vegetables.*.colors", [["green", "white"], ["purple"]], id="star over an object"
        ),
        pytest.param("contains(github.event.issue.labels.*.name, 'BUG')", True, id="labels"),
        pytest.param("contains('Hello world', 'llo')", True, id="contains a text"),
        pytest.param("contains(fromJSON('[\"push\", \"pull\"]'), 'pus')", False, id="no member"),
        pytest.param("startsWith('Hello world', 'he')", True, id="starts in any case"),
        pytest.param("endsWith('Hello world', 'LD')", True, id="ends in any case"),
        pytest.param(
            "format('Hello {0} {1} {2}', 'Mona', 'the', 'Octocat')",
            "Hello Mona the Octocat",
            id="format",
        ),
        pytest.param(
            "format('{{Hello {0} {1} {2}!}}', 'Mona', 'the', 'Octocat')",
            "{Hello Mona the Octocat!}",
            id="format with braces",
        ),
        pytest.param("join(github.event.issue.labels.*.name, ', ')", "bug, help wanted", id="join"),
        pytest.param("join('alone')", "alone", id="join a text"),
        pytest.param("fromJSON('{\"a\": [1, true]}').a[1]", True, id="fromJSON"),
        pytest.param("toJSON(fruits[2])", '{\n  "name": "pear"\n}', id="toJSON"),
        pytest.param("toJSON(1.0)", "1", id="toJSON of a whole number"),
    ],
)
def test_an_expression_has_the_value_that_github_documents(source: str, value: object) -> None:
    assert value == said(source)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        pytest.param("'ABC' == 'abc'", True, id="texts without case"),
        pytest.param("1 == '1'", True, id="a text that is a number"),
        pytest.param("'' == 0", True, id="the empty text is zero"),
        pytest.param("' 0x10 ' == 16", True, id="a text is trimmed, and may be hexadecimal"),
        pytest.param("'abc' == 0", False, id="a text that is no number"),
        pytest.param("'abc' != 0", True, id="and its negation"),
        pytest.param("null == 0", True, id="null is zero"),
        pytest.param("null == ''", True, id="null is the empty text"),
        pytest.param("true == 1", True, id="true is one"),
        pytest.param("'true' == true", False, id="the text true is no boolean"),
        pytest.param("NaN == NaN", False, id="not a number"),
        pytest.param("fruits == fruits", True, id="the same list"),
        pytest.param("fromJSON('[1]') == fromJSON('[1]')", False, id="equal lists"),
        pytest.param("'B' > 'a'", True, id="order of texts without case"),
        pytest.param("'10' > 9", True, id="order of numbers"),
        pytest.param("2 <= 2 && 2 >= 2", True, id="at most and at least"),
        pytest.param("fruits < 1", False, id="an object has no order"),
        pytest.param("1 < 2 == true", True, id="order binds tighter than equality"),
        pytest.param("true || false && false", True, id="and binds tighter than or"),
        pytest.param("(true || false) && false", False, id="parentheses"),
        pytest.param("!false && !'' && !0 && !null && !NaN", True, id="what is false"),
        pytest.param("'false' && 'yes' || 'no'", "yes", id="a text is true, whatever it says"),
        pytest.param("'' || 'default'", "default", id="or gives the operand"),
        pytest.param("!fromJSON('[]')", False, id="an empty list is true"),
        pytest.param("!github.event.nope", True, id="not binds looser than a property"),
    ],
)
def test_operators_compare_as_loosely_as_github(source: str, value: object) -> None:
    assert value == said(source)


def test_infinity_and_what_is_no_number_are_literals() -> None:
    assert said("Infinity") == math.inf
    assert [True] == [math.isnan(one) for one in [said("NaN")] if isinstance(one, float)]


@pytest.mark.parametrize(
    ("source", "why"),
    [
        pytest.param("github.ref ==", "unexpected 'the end'", id="an operand is missing"),
        pytest.param("1 2", "unexpected '2'", id="two values"),
        pytest.param('github.ref == "main"', "unexpected '\"'", id="double quotes"),
        pytest.param("a + b", "unexpected '+'", id="arithmetic"),
        pytest.param("(true", "')' is missing", id="an open parenthesis"),
        pytest.param("a[0", "']' is missing", id="an open bracket"),
        pytest.param("a.'b'", "a name is missing", id="a quoted property"),
        pytest.param("hashFiles('x')", "no function hashfiles()", id="an unknown function"),
        pytest.param("contains('x')", "does not take 1", id="an argument is missing"),
        pytest.param("success(1)", "does not take 1", id="an argument too many"),
        pytest.param("contains('x' 'y')", "does not end", id="a comma is missing"),
        pytest.param("'open", "unexpected", id="an open text"),
        pytest.param("1.2.3", "unexpected", id="a version that is no text"),
    ],
)
def test_what_github_refuses_is_refused(source: str, why: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse(source)
    assert why in str(refused.value)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        pytest.param("runner.temp", "no context 'runner'", id="an unknown context"),
        pytest.param("success()", "only in `if`", id="a status outside of if"),
        pytest.param("fromJSON('{')", "fromJSON", id="broken JSON"),
        pytest.param("format('{1}', 'a')", "no argument for {1}", id="an argument of format"),
        pytest.param("format('{a}', 'a')", "no argument for {", id="a brace of format"),
    ],
)
def test_what_has_no_value_is_an_error(source: str, why: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        said(source)
    assert why in str(refused.value)


@pytest.mark.parametrize(
    ("template", "value"),
    [
        pytest.param("no expression", "no expression", id="plain text"),
        pytest.param("${{ fruits }}", FRUITS, id="an expression alone keeps its kind"),
        pytest.param(" ${{ 1 == 1 }} ", True, id="blanks around it are no text"),
        pytest.param("${{ matrix.target }}-${{ 1.0 }}", "eu-1", id="two in a text"),
        pytest.param("<${{ nothing }}${{ true }}>", "<true>", id="null and a boolean"),
        pytest.param("${{ '}}' }}!", "}}!", id="braces inside of a text"),
        pytest.param("n=${{ matrix.big }}", "n=1E+15", id="a large number"),
    ],
)
def test_expressions_in_a_text_are_filled_in(template: str, value: object) -> None:
    assert value == fill(template, Scope(CONTEXTS))


@pytest.mark.parametrize(
    ("template", "why"),
    [
        pytest.param("a ${{ fruits }}", "an object or a list in a text", id="a list"),
        pytest.param("a ${{ 1", "never closed", id="no end"),
        pytest.param("a ${{ 1 }", "never closed", id="half an end"),
    ],
)
def test_a_text_that_github_could_not_fill_in_is_an_error(template: str, why: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        fill(template, Scope(CONTEXTS))
    assert why in str(refused.value)


@pytest.mark.parametrize(
    ("source", "status", "value"),
    [
        pytest.param("github.event_name == 'push'", {"success": True}, True, id="bare"),
        pytest.param("${{ matrix.target == 'eu' }}", {"success": True}, True, id="in braces"),
        pytest.param("true", {"success": False}, False, id="after a failure"),
        pytest.param("always() && true", {"always": True}, True, id="always"),
        pytest.param("!cancelled()", {"cancelled": False}, True, id="not cancelled"),
        pytest.param("failure()", {"failure": False}, False, id="nothing failed"),
    ],
)
def test_a_condition_asks_for_success_unless_it_names_a_status(
    source: str, status: dict[str, bool], value: bool
) -> None:
    assert value == evaluate(condition(source), Scope(CONTEXTS, status))


def test_a_condition_with_text_around_an_expression_is_refused() -> None:
    with pytest.raises(ExpressionError, match="always true"):
        condition("${{ matrix.target }} == 'us'")


@pytest.mark.parametrize(
    ("template", "place", "why"),
    [
        pytest.param("${{ secrets.KEY }}", "job", "'secrets' cannot", id="secrets in a job's name"),
        pytest.param("${{ github.evnt }}", "step", "no github.evnt", id="a slip in github"),
        pytest.param("${{ steps.b.outputs.x }}", "step", "no steps.b", id="a later step"),
        pytest.param("${{ needs.z.result }}", "step", "no needs.z", id="a job not needed"),
        pytest.param("${{ inputs.y || 1 }}", "step", "no inputs.y", id="an unknown input"),
        pytest.param("${{ always() }}", "step", "only in `if`", id="a status"),
        pytest.param("${{ matrix.x }}", "concurrency", "'matrix' cannot", id="a matrix too early"),
        pytest.param({"a": ["${{ env.A }}"]}, "job", "'env' cannot", id="deep in a tree"),
    ],
)
def test_what_an_expression_may_use_depends_on_its_place(
    template: object, place: str, why: str
) -> None:
    with pytest.raises(ExpressionError) as refused:
        check(template, place, Names(inputs=["x"], needs=["a"], steps=["a"]))
    assert why in str(refused.value)


def test_a_step_condition_may_use_steps_and_no_secrets() -> None:
    names = Names(steps=["a"])
    check_condition("always() && steps.a.outputs.x && env.A && github.event.x.y", "step if", names)
    with pytest.raises(ExpressionError, match="'secrets' cannot"):
        check_condition("secrets.KEY != ''", "step if", names)
