"""Reference values of the metrics from independent libraries, for tests/metrics.rs.

Run on demand, from the root of the repository; the answers are kept in tests/oracles/metrics.json:

    python3 -m venv venv
    venv/bin/pip install numpy scipy scikit-learn pingouin krippendorff properscoring
    venv/bin/python tests/oracles/metrics.py

Inputs are drawn from a fixed seed and rounded, with ties and unequal groups. Every value is from a
library, or, where the comment says so, from a few lines of NumPy.
"""

import json
import pathlib
from importlib.metadata import version

import krippendorff
import numpy as np
import pandas as pd
import pingouin
import properscoring
from scipy import stats
from sklearn import metrics

PACKAGES = ["numpy", "scipy", "scikit-learn", "pingouin", "krippendorff", "properscoring"]
rng = np.random.default_rng(20261122)


def columns():
    """Estimates and truths: rough with many ties, fine without, far from 0."""
    for n, step, shift, scale in [(40, 1.0, 0.0, 1.0), (60, 0.01, 0.0, 1.0), (30, 0.5, 1e6, 1e-2)]:
        truth = rng.normal(7.0, 1.5, n)
        estimate = 0.7 * truth + 1.0 + rng.normal(0.0, 0.8, n)
        grid = lambda x: shift + scale * np.round(x / step) * step
        yield grid(estimate), grid(truth)


def pairs_in_order(estimate, truth):
    """Over all pairs, in NumPy."""
    e = np.sign(np.subtract.outer(estimate, estimate))
    t = np.sign(np.subtract.outer(truth, truth))
    differ = t != 0
    return float(((e == t) + 0.5 * (e == 0))[differ].mean())


def order_and_accuracy():
    for e, t in columns():
        line = stats.linregress(e, t)
        worst = np.sort(np.abs(e - t))[::-1]
        paired = stats.ttest_rel(e, t)
        yield {
            "estimate": e.tolist(),
            "truth": t.tolist(),
            "rmse": metrics.root_mean_squared_error(t, e),
            "mae": metrics.mean_absolute_error(t, e),
            "bias": float(np.mean(e - t)),
            "pearson": stats.pearsonr(e, t).statistic,
            "spearman": stats.spearmanr(e, t).statistic,
            "kendall_tau_b": stats.kendalltau(e, t).statistic,
            "affine_rmse": metrics.root_mean_squared_error(t, line.intercept + line.slope * e),
            "pairwise_accuracy": pairs_in_order(e, t),
            "tail_mae_0.1": float(worst[: round(0.1 * len(e))].mean()),
            "paired_mean": float(np.mean(e - t)),
            "paired_std_error": float(stats.sem(e - t)),
            "paired_t": paired.statistic,
        }


def tops():
    """Without ties at the cut: precision of the predicted top."""
    for n, share in [(50, 0.1), (64, 0.25), (33, 0.5)]:
        e, t = rng.permutation(n) / 4.0, rng.permutation(n) / 4.0
        k = round(share * n)
        top = lambda x: x > np.sort(x)[n - k - 1]
        yield {
            "estimate": e.tolist(),
            "truth": t.tolist(),
            "share": share,
            "top_share": metrics.precision_score(top(t), top(e)),
        }


def categories():
    for n, levels in [(50, 4), (80, 6), (30, 2)]:
        a = rng.integers(0, levels, n)
        b = np.clip(a + rng.integers(-1, 2, n), 0, levels - 1)
        yield {
            "a": a.tolist(),
            "b": b.tolist(),
            "exact_agreement": metrics.accuracy_score(a, b),
            "cohen_kappa": metrics.cohen_kappa_score(a, b),
            "quadratic_weighted_kappa": metrics.cohen_kappa_score(a, b, weights="quadratic"),
        }


def tables():
    for n, k in [(8, 4), (15, 3), (5, 6)]:
        x = rng.normal(7, 2, (n, 1)) + rng.normal(0, 1, (1, k)) + rng.normal(0, 1, (n, k))
        x = np.round(x, 1)
        long = pd.DataFrame(
            [(i, j, x[i, j]) for i in range(n) for j in range(k)], columns=["row", "rater", "score"]
        )
        icc = pingouin.intraclass_corr(long, targets="row", raters="rater", ratings="score")
        icc = dict(zip(icc["Type"], icc["ICC"]))
        find = lambda *names: next(float(icc[name]) for name in names if name in icc)
        anova = stats.f_oneway(*x)
        yield {
            "table": x.tolist(),
            "icc_1_1": find("ICC1", "ICC(1,1)"),
            "icc_2_1": find("ICC2", "ICC(A,1)"),
            "icc_1_k": find("ICC1k", "ICC(1,k)"),
            "icc_2_k": find("ICC2k", "ICC(A,k)"),
            "f": float(anova.statistic),
            "alpha": krippendorff.alpha(x.T, level_of_measurement="interval"),
        }


def unbalanced():
    """Groups of unequal size: MSB / MSW is the F of SciPy; k0 by its formula."""
    for n in [6, 25]:
        sizes = rng.integers(1, 6, n)
        groups = [np.round(rng.normal(7, 1.5) + rng.normal(0, 1, k), 1) for k in sizes]
        total = sizes.sum()
        k0 = float((total - (sizes**2).sum() / total) / (n - 1))
        f = float(stats.f_oneway(*groups).statistic)
        table = np.full((sizes.max(), n), np.nan)
        for u, group in enumerate(groups):
            table[: len(group), u] = group
        yield {
            "groups": [group.tolist() for group in groups],
            "k0": k0,
            "icc_1_1": (f - 1) / (f + k0 - 1),
            "icc_1_k": (f - 1) / f,
            "alpha": krippendorff.alpha(table, level_of_measurement="interval"),
        }


def predictions():
    for n in [30, 45]:
        mean, sd = np.round(rng.normal(7, 1.5, n), 2), np.round(rng.uniform(0.3, 2, n), 2)
        truth = np.round(rng.normal(mean, sd), 2)
        norm = stats.norm(mean, sd)
        inside = lambda level: (norm.interval(level)[0] <= truth) & (truth <= norm.interval(level)[1])
        yield {
            "mean": mean.tolist(),
            "sd": sd.tolist(),
            "truth": truth.tolist(),
            "crps": float(properscoring.crps_gaussian(truth, mean, sd).mean()),
            "log_score": float(norm.logpdf(truth).mean()),
            "pit": norm.cdf(truth).tolist(),
            "histogram_10": np.histogram(norm.cdf(truth), bins=10, range=(0, 1))[0].tolist(),
            "coverage": [[level, float(inside(level).mean())] for level in (0.5, 0.8, 0.95)],
        }


def quintiles(accuracy):
    midrank = stats.rankdata(accuracy)
    return np.floor(5 * (midrank - 0.5) / len(accuracy)).astype(int)


def detection():
    for n, step in [(40, 1.0), (61, 0.25)]:
        accuracy = -np.round(rng.gamma(2.0, 1.0, n), 2)
        score = np.round((accuracy + rng.normal(0, 1.0, n)) / step) * step
        active = rng.random(n) < 0.4
        off = accuracy != np.median(accuracy)
        fifth = quintiles(accuracy)
        pair = lambda a, b: metrics.roc_auc_score(
            fifth[(fifth == a) | (fifth == b)] == b, score[(fifth == a) | (fifth == b)]
        )
        probability = np.round(rng.random(n), 3)
        yield {
            "score": score.tolist(),
            "active": active.tolist(),
            "accuracy": accuracy.tolist(),
            "probability": probability.tolist(),
            "auc": metrics.roc_auc_score(active, score),
            "binary_auc": metrics.roc_auc_score(
                (accuracy > np.median(accuracy))[off], score[off]
            ),
            "quinary_auc": float(np.mean([pair(a, b) for b in range(5) for a in range(b)])),
            "brier_score": metrics.brier_score_loss(active, probability),
        }


def plain(value):
    """Numbers of NumPy as numbers of Python."""
    if isinstance(value, dict):
        return {key: plain(x) for key, x in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(x) for x in value]
    return value.item() if isinstance(value, np.generic) else value


cases = [order_and_accuracy, tops, categories, tables, unbalanced, predictions, detection]
answers = {"versions": {name: version(name) for name in PACKAGES}}
answers |= {case.__name__: plain(list(case())) for case in cases}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(
    "{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in answers.items()) + "\n}\n"
)
