"""Which reviews to rate next."""

import numpy as np

from lstm_cli.pipeline import choosing


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def drawn(number: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of three ratings, and five memories, of some reviews."""
    some = rng()
    return some.dirichlet(np.ones(3), number), some.standard_normal((number, 5), np.float32)


def test_every_review_is_chosen_once() -> None:
    probabilities, memories = drawn()
    assert len(set(choosing.by_gradient(probabilities, memories, 15, rng()).tolist())) == 15


def test_all_are_chosen_where_there_are_fewer() -> None:
    chosen = choosing.by_gradient(*drawn(6), 20, rng())
    assert sorted(chosen.tolist()) == [0, 1, 2, 3, 4, 5]


def test_the_same_chance_chooses_the_same() -> None:
    first, again = (choosing.by_gradient(*drawn(), 9, rng()).tolist() for _ in range(2))
    assert first == again


def test_alike_reviews_are_not_chosen_together() -> None:
    """Two heaps of the same reviews: of two that are chosen, one is of each."""
    memories = np.repeat(np.eye(2, dtype=np.float32), 10, axis=0)
    probabilities = np.full((20, 2), 0.5)
    chosen = choosing.by_gradient(probabilities, memories, 2, rng())
    assert set((chosen // 10).tolist()) == {0, 1}


def test_what_the_network_is_sure_of_is_not_chosen_while_there_is_else() -> None:
    probabilities = np.array([[1.0, 0.0]] * 10 + [[0.6, 0.4]] * 10)
    memories = rng().standard_normal((20, 4), np.float32)
    assert (choosing.by_gradient(probabilities, memories, 8, rng()) >= 10).all()


def test_products_that_are_never_made_are_as_far_apart_as_those_that_are() -> None:
    """k-means++ over the gradients themselves chooses the same."""
    probabilities, memories = drawn(30)
    lacking = probabilities - np.eye(3)[probabilities.argmax(axis=1)]
    gradients = np.einsum("nr,nh->nrh", lacking, memories.astype(float)).reshape(30, -1)
    chance, chosen = rng(), []
    distances = (gradients**2).sum(axis=1)
    for _ in range(10):
        weights = distances.copy()
        weights[chosen] = 0
        chosen.append(int(chance.choice(30, p=weights / weights.sum())))
        distances = np.minimum(distances, ((gradients - gradients[chosen[-1]]) ** 2).sum(axis=1))
    assert choosing.by_gradient(probabilities, memories, 10, rng()).tolist() == chosen
