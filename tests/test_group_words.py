"""What makes a group differ: contributions that add up, terms beyond chance, and their quotes."""

import io
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from lstm_cli.bundle.reading import Bundle
from lstm_cli.core.batch_reading import BatchReader
from lstm_cli.core.reading import run_cell, running_logits
from lstm_cli.gates import group_words as module
from lstm_cli.gates.group_words import ReadReviews, group_words, read_reviews, words_of_reviews
from lstm_cli.gates.quoting import LONGEST, snippet
from lstm_cli.gates.term_table import TermTable
from lstm_cli.gates.terms import words_of
from lstm_cli.inference.scorer import Scorer
from lstm_cli.results.report import Companion, GroupWords, Quote, TermEffect
from lstm_cli.text.tokens import tokenize
from lstm_cli.views.group_words import show_group_words
from tests.helpers import BLAME, PRAISE

TEXTS = [f"{text} {k}" for k in range(5) for text in (*PRAISE, *BLAME)]
GROUPS = ["north" if k % 3 else "south" for k in range(len(TEXTS))]
LINES = [str(k) for k in range(len(TEXTS))]


def by_hand(texts: list[str], groups: list[str], effects: dict[str, float]) -> ReadReviews:
    """Reviews of which each word contributes what a table says, and other words nothing."""
    tokens = [tokenize(text) for text in texts]
    contributions = [np.array([effects.get(token, 0.0) for token in words]) for words in tokens]
    expected = 3 + np.array([changes.sum() for changes in contributions])
    lines = [str(k) for k in range(len(texts))]
    return ReadReviews(
        texts, lines, groups, [None] * len(texts), tokens, contributions, expected, 3.0
    )


def hotels(dirty: int = 12) -> ReadReviews:
    """Forty reviews of each of two hotels; at the airport so many rooms are dirty."""
    texts, groups = [], []
    for k in range(40):
        says = ("The room was dirty.", "A dirty room, alas.")[k % 2] if k < dirty else "Room fine."
        texts += [f"Stay {k}. {says} Great breakfast!", f"Visit {k}. Room fine. Great breakfast!"]
        groups += ["Airport", "Centre"]
    return by_hand(texts, groups, {"dirty": -1.0, "great": 0.5, "the": 0.2})


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_running_logits_are_those_of_the_reading_with_gates(
    tiny_bundles: dict[str, Bundle], cell: str
) -> None:
    bundle = tiny_bundles[cell]
    ids = np.array([[2, 3, 4, 5, 6], [4, 2, 0, 0, 0], [0, 0, 0, 0, 0]])
    lengths = np.array([5, 2, 0])
    found = BatchReader(bundle.weights, bundle.info.model).running_logits(ids, lengths)
    slow = running_logits(
        run_cell(ids, bundle.weights, bundle.info.model).short_term,
        bundle.weights,
        bundle.info.model,
    )
    for review, length in enumerate(lengths):
        np.testing.assert_allclose(found[review, :length], slow[review, :length], atol=1e-5)
        assert not found[review, length:].any()


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_contributions_of_tokens_add_up_to_the_difference_of_groups(
    tiny_bundles: dict[str, Bundle], cell: str
) -> None:
    """No part of a difference is lost or counted twice, whatever the words."""
    bundle = tiny_bundles[cell]
    reviews = read_reviews(bundle, TEXTS, LINES, GROUPS, [None] * len(TEXTS))
    is_south = np.array(GROUPS) == "south"
    total = 0.0
    for token in {token for words in reviews.tokens for token in words}:
        here = np.array([
            sum(c for t, c in zip(words, changes, strict=True) if t == token)
            for words, changes in zip(reviews.tokens, reviews.contributions, strict=True)
        ])  # fmt: skip
        total += here[is_south].mean() - here[~is_south].mean()
    expected = Scorer(bundle)(TEXTS) @ np.array(bundle.info.ratings)
    np.testing.assert_allclose(reviews.expected, expected, atol=1e-5)
    assert total == pytest.approx(expected[is_south].mean() - expected[~is_south].mean(), abs=1e-5)


def test_effect_is_the_mean_contribution_in_the_group_less_that_elsewhere() -> None:
    (airport, centre) = words_of_reviews(hotels(), 0)
    (dirty,) = airport.lowering
    assert dirty.effect == pytest.approx(-12 / 40)
    assert (dirty.reviews, dirty.share, dirty.share_elsewhere) == (12, 0.3, 0.0)
    assert dirty.each == pytest.approx(-1)
    assert dirty.interval[0] < dirty.effect < dirty.interval[1] < 0
    # The function word "the", which is not named, makes up the rest of the difference.
    assert airport.difference == pytest.approx(-12 / 40 + 6 / 40 * 0.2)
    assert centre.difference == pytest.approx(-airport.difference)


def test_pair_takes_the_place_of_the_word_it_explains() -> None:
    """ "Dirty" and "dirty room" in one list would count the same words twice."""
    (airport, centre) = words_of_reviews(hotels(), 0)
    assert [term.term for term in airport.lowering] == ["dirty room"]
    # Blame that is missing raises the other group, but nothing in its reviews says so.
    assert not airport.raising
    assert not centre.lowering
    assert not centre.raising


def test_word_of_many_pairs_stands_alone_with_what_is_next_to_it() -> None:
    things = ("room", "carpet", "pool", "lift")
    texts = [f"Stay {k}. The {things[k % 4]} was dirty." for k in range(24)]
    texts += [f"Visit {k}. The {things[k % 4]} was fine." for k in range(24)]
    groups = ["Airport"] * 24 + ["Centre"] * 24
    effects = {"dirty": -0.9, "room": -0.02, "carpet": -0.01, "pool": 0.02}
    airport, _ = words_of_reviews(by_hand(texts, groups, effects), 0)
    assert [(term.term, term.said_with) for term in airport.lowering] == [
        ("dirty", (Companion("carpet", 6), Companion("room", 6)))
    ]


def test_a_topic_finds_its_opinions_and_an_opinion_its_topics() -> None:
    """Wherever they stand in a sentence; not what stands everywhere, nor in another sentence."""
    said = ("The food, in this hotel, was horrible.", "Horrible food in this hotel.")
    texts = [f"{said[k % 4 == 0]} Cold coffee. Stay {k} in this hotel." for k in range(24)]
    texts += [f"Visit {k}, and a fine lunch in this hotel." for k in range(24)]
    effects = {"food": -0.4, "horrible": -0.6, "hotel": -0.01, "cold": -0.01}
    airport, _ = words_of_reviews(by_hand(texts, ["Airport"] * 24 + ["Centre"] * 24, effects), 0)
    with_ = {term.term: [other.word for other in term.said_with] for term in airport.lowering}
    assert with_["horrible"][0] == "food"
    assert "cold" not in with_["horrible"]
    assert airport.lowering[0].said_with[0].reviews == 24


def test_what_all_groups_say_alike_is_no_difference() -> None:
    for group in words_of_reviews(hotels(dirty=0), 0):
        assert not group.lowering
        assert not group.raising


def test_groups_drawn_at_random_hardly_differ() -> None:
    """Of hundreds of words some differ by chance; as many are expected, so none is listed."""
    rng = np.random.default_rng(3)
    words = [f"w{''.join(rng.choice(list('abcdefgh'), 4))}" for _ in range(300)]
    effects = {word: float(rng.normal()) for word in words}
    texts = [", ".join(rng.choice(words, 12)) for _ in range(300)]
    listed = []
    for _ in range(5):
        groups = [("A", "B")[k] for k in rng.integers(0, 2, len(texts))]
        found = words_of_reviews(by_hand(texts, groups, effects), 0)
        listed += [terms for group in found for terms in (group.lowering, group.raising)]
    assert sum(map(bool, listed)) <= 4  # of 20; 2 is what to expect


def test_terms_of_two_reviews_are_an_anecdote() -> None:
    assert not words_of_reviews(hotels(dirty=2), 0)[0].lowering


def test_negated_word_is_another_word() -> None:
    texts = [f"Stay {k}. The pool wasn't clean." for k in range(9)]
    texts += [f"Visit {k}. The pool was clean." for k in range(9)]
    groups = ["Airport"] * 9 + ["Centre"] * 9
    airport, _ = words_of_reviews(by_hand(texts, groups, {"n't": -1.0, "clean": 0.2}), 0)
    assert [term.term for term in airport.lowering] == ["pool wasn't clean"]
    assert airport.lowering[0].effect == pytest.approx(-0.8)


def test_one_group_is_told_what_moves_its_mean() -> None:
    reviews = hotels()
    (everyone,) = words_of_reviews(replace(reviews, groups=["all"] * 80), 0)
    assert everyone.others == 0
    assert everyone.difference == pytest.approx(reviews.expected.mean() - 3)
    (dirty,) = (term for term in everyone.lowering if "dirty" in term.term)
    assert dirty.effect == pytest.approx(-12 / 80)
    (breakfast,) = everyone.raising
    assert breakfast.effect == pytest.approx(0.5)


def test_quotes_mark_the_term_in_different_reviews() -> None:
    reviews = hotels()
    again = replace(
        reviews,
        texts=[reviews.texts[0]] * 2 + list(reviews.texts[2:]),
        tokens=[reviews.tokens[0]] * 2 + list(reviews.tokens[2:]),
        contributions=[reviews.contributions[0]] * 2 + list(reviews.contributions[2:]),
        groups=["Airport"] * 2 + list(reviews.groups[2:]),
        known=[1.0] * 2 + [None] * 78,
    )
    (dirty,) = words_of_reviews(again, 0, quotes=3)[0].lowering
    assert len(dirty.quotes) == 3
    assert len({quote.text for quote in dirty.quotes}) == 3
    for quote in dirty.quotes:
        marked = sorted(quote.text[begin:end] for begin, end in quote.places)
        assert marked == ["dirty", "room"]
    first = next(quote for quote in dirty.quotes if quote.line == "0")
    assert first.rating == 1.0  # a person's


def test_same_reviews_tell_the_same(tiny_bundle: Bundle) -> None:
    once, again = (group_words(tiny_bundle, TEXTS, LINES, GROUPS) for _ in range(2))
    assert once == again
    assert [group.group for group in once] == ["north", "south"]


def test_of_too_many_reviews_a_part_is_read(
    tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_TOKENS", 100)
    found = group_words(tiny_bundle, TEXTS, LINES, GROUPS)
    read = found[0].reviews + found[0].others
    assert 10 < read < 50
    assert {group.left_out for group in found} == {50 - read}


@pytest.mark.parametrize("texts", [[], [""], ["", ""], ["!!", "the"], ["good", ""]])
def test_reviews_without_words_have_no_terms(tiny_bundle: Bundle, texts: list[str]) -> None:
    groups = ["a", "b"][: len(texts)]
    found = group_words(tiny_bundle, texts, LINES[: len(texts)], groups)
    assert [group.group for group in found] == groups
    assert not any(group.lowering or group.raising for group in found)


def test_no_word_counts_for_two_terms() -> None:
    words = [words_of(tokenize("dirty room, dirty pool")) for _ in range(3)]
    table = TermTable.of(words, [[-1.0] * 4] * 3)
    alive = table.all_alive()
    before = table.figures(alive, np.array([True, True, False]))
    # "dirty" stands twice in each review; its pairs are two.
    assert sorted(before.inside) == [2] * 5
    pair = next(k for k in range(table.num_terms) if not table.is_word(k))
    table.use(table.rows_of(pair, alive), alive)
    # Left are the other pair, and of the words one "dirty" and one noun a review.
    left = table.figures(alive, np.array([True, True, False]))
    assert sorted(left.inside) == [0, 0, 2, 2, 2]


@pytest.mark.parametrize(
    "text",
    [
        "Dirty room",
        "x " * 200 + "the room was so very dirty" + " y" * 200,
        "Fine. " * 40 + "Room <br />dirty &amp; cold",
        "İİİ room  \n dirty" + "!" * 300,
        "room" + "o" * 400 + " dirty",
        "word" * 100 + "room dirty",
    ],
)
def test_snippets_are_short_and_mark_what_they_say(text: str) -> None:
    tokens = tokenize(text)
    wanted = [k for k, token in enumerate(tokens) if token in ("room", "dirty")]
    found = snippet(text, tokens, wanted)
    assert len(found.text) <= LONGEST
    for begin, end in found.places:
        assert found.text[begin:end].lower() in ("room", "dirty")


def shown(words: tuple[GroupWords, ...], **kind: object) -> str:
    written = io.StringIO()
    console = Console(file=written, width=80, highlight=False, markup=False, emoji=False, **kind)  # type: ignore[arg-type]
    show_group_words(console, words)
    return written.getvalue()


def test_words_are_shown_with_points_shares_and_quotes() -> None:
    words = words_of_reviews(hotels(), 0, quotes=1)
    assert shown(words[:1]) == (
        "Airport: 0.27 points lower than the others (40 reviews, 40 others)\n"
        "\n"
        "  Lowered by\n"
        "  dirty room              -0.30 points  in 12 reviews (30 %; elsewhere 0 %)\n"
        "    where it stands, -1.00\n"
        "      line 0, rated 2.7: Stay 0. The «room» was «dirty». Great breakfast!\n"
        "\n"
        "Points are of the mean rating: by how much the expected rating changes as a\n"
        "word is read. With the words that are not named here they add up to the whole\n"
        "difference between what the model expects; other figures of a report correct\n"
        "how it errs, and so differ a little. Of the words of a list, about one in ten\n"
        "may be there by chance.\n"
    )


def test_in_colour_the_term_is_bold_and_bears_no_marks() -> None:
    words = words_of_reviews(hotels(), 0, quotes=1)
    written = shown(words[:1], force_terminal=True, color_system="standard")
    assert "\x1b[1mdirty\x1b[0m" in written
    assert "«" not in written


def test_what_a_stranger_wrote_cannot_steer_the_terminal() -> None:
    quote = Quote("a \x1b[2J bad \x1b[31mroom\u202e 真" + "好" * 70, "7\x1b", ((8, 17),), 1.0)
    odd = Companion("\x07", 2)
    term = TermEffect("ro\x1bom" * 20, -0.004, (-1, 0), 9, 0.1, 0.2, -1.0, (quote,), (odd,))
    written = shown((GroupWords("g\x1b" * 50, -0.001, (term,), (), 9, 0, 90),))
    assert not {"\x1b", "\x07", "\u202e"} & set(written)
    assert "9 of 99 reviews were read, drawn at random." in written
    assert "-0.004 points" in written


def test_groups_that_do_not_differ_are_told_so() -> None:
    written = shown((GroupWords("Airport", 0.001, (), (), 1, 4, 0),))
    assert written == (
        "Airport: rated as the others are (1 review, 4 others)\n"
        "  No word differs more than chance would make it differ between groups of this\n"
        "  size. More reviews may tell.\n"
    )


def test_one_group_alone_is_compared_with_no_others() -> None:
    written = shown((GroupWords("Airport", 0.4, (), (), 1, 0, 0),))
    assert written == (
        "Airport: what moves the mean rating of 1 review\n"
        "  No word surely moves the mean rating: to be sure of one, several have to say\n"
        "  it. More reviews may tell.\n"
    )


def test_groups_of_about_one_size_are_shuffled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    reviews = hotels()
    groups = [f"hotel {k % 8}" for k in range(80)]
    shuffles = []
    permutation = module.Chance._drawn

    def counted(chance: module.Chance, size: int) -> dict[int, np.ndarray]:
        shuffles.append((size, size in chance._drawn_before))
        return permutation(chance, size)

    monkeypatch.setattr(module.Chance, "_drawn", counted)
    words_of_reviews(replace(reviews, groups=groups), 0)
    assert shuffles == [(10, False)] + [(10, True)] * 7


def test_pairs_of_a_word_are_those_it_is_part_of() -> None:
    words = [words_of(tokenize("dirty room, dirty pool, clean clean room")) for _ in range(3)]
    table = TermTable.of(words, [[-1.0] * len(found.names) for found in words])
    for term in range(table.num_terms):
        expected = [pair for pair, parts in enumerate(table.parts) if term in parts]
        assert table.pairs_with(term) == expected
    assert any(table.pairs_with(term) for term in range(table.num_terms))
