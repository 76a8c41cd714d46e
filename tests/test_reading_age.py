"""The reading age against texts whose Flesch-Kincaid grade is published."""

from pathlib import Path

import pytest

from whippersnappers.reading_age import hard_sentences, long_words, readability, reading_age, sentences, syllables

GETTYSBURG = """Four score and seven years ago our fathers brought forth, upon this continent, a new nation, \
conceived in liberty, and dedicated to the proposition that all men are created equal. Now we are engaged in a \
great civil war, testing whether that nation, or any nation so conceived, and so dedicated, can long endure. We \
are met on a great battlefield of that war. We have come to dedicate a portion of that field, as a final resting \
place for those who here gave their lives that that nation might live. It is altogether fitting and proper that \
we should do this. But in a larger sense, we can not dedicate, we can not consecrate, we can not hallow this \
ground. The brave men, living and dead, who struggled here, have consecrated it, far above our poor power to add \
or detract. The world will little note, nor long remember, what we say here, but it can never forget what they \
did here. It is for us the living, rather, to be dedicated here to the unfinished work which they who fought here \
have thus far so nobly advanced. It is rather for us to be here dedicated to the great task remaining before us, \
that from these honored dead we take increased devotion to that cause for which they here gave the last full \
measure of devotion, that we here highly resolve that these dead shall not have died in vain, that this nation, \
under God, shall have a new birth of freedom, and that government of the people, by the people, for the people, \
shall not perish from the earth."""

CONGRESS = """Mr. Speaker, 480,000 Federal employees are working without pay, a form of involuntary servitude; \
280,000 Federal employees are not working, and they will be paid. Virtually all of these workers have mortgages to \
pay, children to feed, and financial obligations to meet.
Mr. Speaker, what is happening to these workers is immoral, is wrong, and must be rectified immediately. Newt \
Gingrich and the Republican leadership must not continue to hold the House and the American people hostage while \
they push their disastrous 7-year balanced budget plan. The gentleman from Georgia, Mr. Gingrich, and the Republican \
leadership must join Senator Dole and the entire Senate and pass a continuing resolution now, now to reopen Government.
Mr. Speaker, that is what the American people want, that is what they need, and that is what this body must do."""

PETER_RABBIT = (Path(__file__).parent / "data" / "peter_rabbit.txt").read_text()

PUBLISHED = [
    # Wikipedia, "Flesch-Kincaid readability tests".
    ("The cat sat on the mat.", -1.45),
    ("The Australian platypus is seemingly a hybrid of a mammal and reptilian creature.", 13.1),
    # As Microsoft Word measures them (rabbirami.blogspot.com, May 2008).
    ("To be or not to be, that is the question.", 1.2),
    ("It was the best of times, it was the worst of times.", 0.8),
    # The examples that spacy-readability checks itself against: Congress, 1996, and Beatrix Potter, 1902.
    (CONGRESS, 12.3),
    (PETER_RABBIT, 6.51),
    # Lincoln, 1863; 10.9 is the figure usually quoted.
    (GETTYSBURG, 10.9),
]


@pytest.mark.parametrize(("text", "grade"), PUBLISHED)
def test_published_grades_are_met_within_half_a_year(text, grade):
    assert reading_age(text) == pytest.approx(grade + 5, abs=0.5)


SAID = {
    1: ["drum", "liked", "times", "don't", "Sam's", "NSPCC"],
    2: ["music", "wanted", "table", "something", "didn’t", "create", "houses", "playing", "million", "Zoë"],
    3: ["together", "museum", "idea", "safeguarding", "carefully"],
    4: ["invitation"],
}


@pytest.mark.parametrize(("word", "count"), [(word, count) for count, words in SAID.items() for word in words])
def test_syllables(word, count):
    assert syllables(word) == count


def test_nothing_to_read_asks_for_nobody():
    assert reading_age("") == 5
    assert readability("https://example.org/join/abc 4:00pm 0808 800 5000").words == 0


def test_links_and_lists_do_not_make_a_text_hard():
    plain = "We sing.\n\n- Hello song\n- Drums\n\nJoin here:\nhttps://example.org/join/a-very-long-link-with-words/"
    assert sentences(plain)[:3] == ["We sing.", "Hello song", "Drums"]
    assert reading_age(plain) < 8


def test_a_shortened_word_ends_no_sentence():
    text = "Mr. Fox and Mrs. Hen visit Dr. Bear. Bring toys, e.g. a bear."
    assert sentences(text) == ["Mr. Fox and Mrs. Hen visit Dr. Bear.", "Bring toys, e.g. a bear."]


def test_long_words_are_named_once_and_names_are_left_alone():
    text = "Participants bring percussion. We meet Anastasia. Percussion is for participants."
    assert (long_words(text, 4), long_words(text, 3)) == (["Participants"], ["Participants", "percussion"])


def test_the_hard_sentences_are_named_hardest_first():
    easy = "We sing and we play."
    hard = "Participants are encouraged to accumulate appropriate percussion instruments."
    harder = "Accessibility considerations necessitate individualised communication opportunities."
    assert hard_sentences(f"{easy} {hard} {harder}", oldest=11) == [harder, hard]
