"""Golden values of a monitor's figures, from NumPy, SciPy and scikit-learn. Writes golden.json beside itself: python3 golden.py"""
import json
import pathlib

import numpy as np
from scipy import stats
from scipy.spatial.distance import jensenshannon
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

rng = np.random.default_rng(20010212)
f32 = lambda x: np.float32(x).astype(float)


def cells(values, edges):
    """below, the bins [a, b) with the last one closed, above, missing"""
    known = values[~np.isnan(values)]
    inside = known[(known >= edges[0]) & (known <= edges[-1])]
    return np.array([(known < edges[0]).sum(), *np.histogram(inside, edges)[0], (known > edges[-1]).sum(), np.isnan(values).sum()])


def psi(a, b):
    """With half a pseudo-row in every cell that is not empty on both sides."""
    a, b = a[a + b > 0], b[a + b > 0]
    p, q = (a + 0.5) / (a + 0.5).sum(), (b + 0.5) / (b + 0.5).sum()
    return float(((p - q) * np.log(p / q)).sum())


def pooled(a, b):
    """Cells where fewer than 5 rows of the smaller table are expected become one, or join the thinnest other."""
    share = min(a.sum(), b.sum()) / (a.sum() + b.sum())
    thin = (a + b) * share < 5
    keep, rest = np.array([a[~thin], b[~thin]]), np.array([a[thin].sum(), b[thin].sum()])
    if rest.sum() * share >= 5:
        return np.column_stack([keep, rest])
    keep[:, keep.sum(axis=0).argmin()] += rest
    return keep


def chi2(table):
    return float(stats.chi2_contingency(table[:, table.sum(axis=0) > 0], correction=False)[1])


def distances(a, b):
    p, q = a / a.sum(), b / b.sum()
    statistic = stats.chi2_contingency(np.array([a, b])[:, a + b > 0], correction=False)[0]
    return {
        "psi": psi(a, b),
        "jensenShannon": float(jensenshannon(p, q, base=2)),
        "hellinger": float(np.sqrt(0.5 * ((np.sqrt(p) - np.sqrt(q)) ** 2).sum())),
        "chi2": float(np.sqrt(statistic / (a + b).sum())),
        "p": chi2(pooled(a, b)),
    }


# A skewed feature with many ties and missing values, in single precision as models log it.
reference = np.round(rng.gamma(2, 10, 400), 0) / 7
reference[rng.random(400) < 0.05] = np.nan
window = np.round(rng.gamma(2.6, 10, 250), 0) / 7
window[rng.random(250) < 0.12] = np.nan
edges = np.unique(np.quantile(f32(reference[~np.isnan(reference)]), np.linspace(0, 1, 11)))
a, b = cells(f32(reference), edges), cells(f32(window), edges)

names = ["ORD", "ATL", "DFW", "LAX", "PHX"]
before, now = rng.choice(names, 400, p=[0.4, 0.25, 0.2, 0.1, 0.05]), rng.choice([*names, "JFK"], 250, p=[0.3, 0.2, 0.2, 0.15, 0.05, 0.1])
top = sorted(set(before), key=lambda n: (-(before == n).sum(), n))
ca = np.array([*((before == n).sum() for n in top), 0, 0])
cb = np.array([*((now == n).sum() for n in top), (~np.isin(now, top)).sum(), 0])

scores = 1 / (1 + np.exp(1 - rng.normal(size=800)))
labels = (rng.random(800) < scores * 0.8).astype(int)
losses = -np.where(labels == 1, np.log(scores), np.log(1 - scores))
half = stats.norm.ppf(0.975) * losses.std(ddof=1) / np.sqrt(800)
bins = np.minimum(9, (scores * 10).astype(int))
ece = sum(abs(scores[bins == i].mean() - labels[bins == i].mean()) * (bins == i).mean() for i in range(10) if (bins == i).any())

nullable = lambda xs: [None if np.isnan(x) else float(x) for x in xs]
golden = {
    "numeric": {"reference": nullable(reference), "window": nullable(window), "edges": edges.tolist(), "referenceCells": a.tolist(), "windowCells": b.tolist(), **distances(a, b)},
    "categorical": {"reference": before.tolist(), "window": now.tolist(), "categories": top, "referenceCells": ca.tolist(), "windowCells": cb.tolist(), **distances(ca, cb)},
    "metrics": {
        "scores": scores.tolist(), "labels": labels.tolist(), "logLoss": float(log_loss(labels, scores)), "logLossLower": float(losses.mean() - half),
        "logLossUpper": float(losses.mean() + half), "auc": float(roc_auc_score(labels, scores)), "brier": float(brier_score_loss(labels, scores)), "ece": float(ece),
        "rmse": float(np.sqrt(((scores - labels) ** 2).mean())), "mae": float(np.abs(scores - labels).mean()),
    },
}
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(golden) + "\n")
