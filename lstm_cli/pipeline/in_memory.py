"""``learn_reviews``: a model of reviews that a program has in memory; nothing is written."""

import time

from lstm_cli.bundle.contents import NewBundle
from lstm_cli.data.reviews import Reviews
from lstm_cli.pipeline.preparation import prepare
from lstm_cli.pipeline.reading import with_reviews
from lstm_cli.pipeline.requests import TrainRequest
from lstm_cli.pipeline.silence import Silent
from lstm_cli.pipeline.training import learn_model


def learn_reviews(request: TrainRequest, reviews: Reviews, name: str) -> NewBundle:
    """Learn from reviews as ``lstm train`` does: the same reviews and seed make the same model.

    Args:
        request: what is asked for; where the reviews are from and what is written does not count.
        reviews: what is learned from.
        name: the model's.

    Raises:
        LstmError: something a user can put right.
    """
    began = time.perf_counter()
    listener = Silent()
    left = request.time_limit
    run = prepare(request, name, with_reviews(request, reviews), cache=None, seconds=left)
    if left is not None:
        left -= time.perf_counter() - began
    with listener.training() as is_stopped:
        return learn_model(request, run, listener, is_stopped, seconds=left).bundle
