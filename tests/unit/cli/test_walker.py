from srpki.cli.any_order import AnyOrder, Cases, Some
from srpki.cli.effects import Input
from srpki.cli.grammar import Alt, Keyword, Many, Opt, Seq, Slot
from srpki.cli.walker import parse, walk
from srpki.config.lexer import lex_md
from srpki.schema.types import Enumeration, Integer, Text


def slot(name, kind=None):
    return Slot(name, kind or Text(), effects=(Input(name),))


def named(name, kind=None):
    return Seq((Keyword(name), slot(name, kind)))


def read(state, line):
    return parse(state, lex_md(line))


def words(found):
    return [match.terminal.word for match in found.matches if isinstance(match.terminal, Keyword)]


def test_a_unique_prefix_is_the_keyword():
    state = (Alt((Keyword("certificate"), Keyword("configure"))),)
    assert words(read(state, "cer")) == ["certificate"]


def test_a_prefix_of_two_keywords_is_ambiguous():
    failure = read((Alt((Keyword("certificate"), Keyword("configure"))),), "c").failure
    assert (failure.kind, failure.names) == ("ambiguous", ("certificate", "configure"))


def test_a_keyword_that_begins_another_can_be_typed_in_full():
    state = (Alt((Keyword("set"), Keyword("set-test"))),)
    assert words(read(state, "set")) == ["set"]


def test_a_far_word_gives_way_to_one_that_an_abbreviation_fits():
    state = (Alt((Keyword("admin-state"), Keyword("admin", tier=2))),)
    assert words(read(state, "adm")) == ["admin-state"]
    assert words(read(state, "admin")) == ["admin"]


def test_a_quoted_word_is_never_a_keyword():
    failure = read((Keyword("show"),), '"show"').failure
    assert failure.kind == "unknown"


def test_values_of_an_enumeration_may_be_abbreviated():
    state = (slot("format", Enumeration(("pem", "pkcs12", "pkcs7-pem"))),)
    assert read(state, "pe").matches[0].value == "pem"
    assert read(state, "pk").failure.kind == "value"
    assert read(state, '"pe"').failure.kind == "value"


def test_a_value_that_the_type_refuses_is_told_with_its_reason():
    failure = read((slot("depth", Integer("uint32", 1, 7)),), "8").failure
    assert (failure.kind, failure.at, failure.text) == ("value", 0, "'8' out of range 1..7")


def test_what_is_missing_is_named():
    state = (AnyOrder((named("type"), Opt(named("password")), named("format"))),)
    failure = read(state, "format pem").failure
    assert (failure.kind, failure.names) == ("missing", ("type",))


def test_items_come_in_any_order_but_once():
    state = (AnyOrder((named("type"), named("format"))),)
    assert read(state, "format pem type key").failure is None
    assert read(state, "format pem format pem").failure.kind == "unknown"


def test_the_first_item_of_a_case_excludes_the_other_cases():
    cases = Cases(
        ((Opt(named("password")), Opt(named("reference"))), (Opt(named("cert")),)), mandatory=True
    )
    state = (AnyOrder((cases, Opt(named("save-as")))),)
    assert read(state, "reference 1 save-as x password p").failure is None
    assert read(state, "reference 1 cert c").failure.kind == "unknown"
    assert read(state, "save-as x").failure.names == ("password|cert",)


def test_alternatives_that_begin_alike_are_told_apart_later():
    rsa = Seq((named("size"), Keyword("type"), Keyword("rsa")))
    dsa = Seq((named("size"), Keyword("type"), Keyword("dsa")))
    assert words(read((Alt((rsa, dsa)),), "size 1024 type dsa"))[-1] == "dsa"


def test_at_least_one_of_some_items_is_wanted():
    state = (Some((named("days"), named("hrs"))),)
    assert read(state, "").failure.names == ("days|hrs",)
    assert read(state, "hrs 2 days 1").failure is None
    assert read(state, "hrs 2 hrs 2").failure.kind == "unknown"


def test_what_may_come_next_is_each_terminal_once():
    state = (Many(Alt((Keyword("a"), Keyword("b")))), Keyword("a"))
    assert [terminal.word for terminal in walk(state, lex_md("a")).expected()] == ["a", "b"]


def test_an_open_quote_is_a_failure_at_its_token():
    failure = read((slot("name"),), '"abc').failure
    assert (failure.kind, failure.at) == ("quote", 0)
