"""``run_update``: a model learns more reviews, and goes on under its name if it is not worse.

read       new reviews and old ones, on the scale of the model        -> ReadUpdate
sort       what the model knows of them (``known.py``)                -> PreparedUpdate
learn      from where the model stands, and part of the way back      -> LearnedUpdate
compare    old against new on what is held out                        -> Receipt
describe   all that is saved (``updated.py``); the old one is kept as a version
"""

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float32Array, Float64Array
from lstm_cli.bundle.claiming import checkpoint_of, claimed
from lstm_cli.bundle.contents import BASE
from lstm_cli.bundle.locating import base_path, find_model
from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.bundle.versions import Version, save_as_next, versions_of
from lstm_cli.config import TrainConfig, VocabularyConfig
from lstm_cli.core.compute import Compute
from lstm_cli.core.network import ReviewNetwork, rating_probabilities
from lstm_cli.data.options import DETECT_ALL
from lstm_cli.data.reviews import Reviews, ReviewsSummary, read_reviews
from lstm_cli.data.tokenizing import tokenize_reviews
from lstm_cli.errors import BundleError, BundleExistsError, Remedy, RowError
from lstm_cli.evaluation.receipt import receipt
from lstm_cli.metrics.calibration import apply_cross_fitted_temperature
from lstm_cli.pipeline.known import KnownReviews, NewSplit, split_new
from lstm_cli.pipeline.requests import UpdateRequest
from lstm_cli.results import EpochReport, Receipt
from lstm_cli.text.vocabulary import Vocabulary
from lstm_cli.training.base import Base
from lstm_cli.training.loop import Listener, NetworkStart, train
from lstm_cli.training.preparation import RatedCorpus, build_vocabulary
from lstm_cli.training.rules import REPLAYED, UPDATE_SHARE, DatasetStats, update_config
from lstm_cli.training.trainer import TrainingTask
