"""Golden values of Orrery.Statistics: SciPy 1.10, scikit-learn 1.2, NumPy 1.24. Run: python3 make.py > statistics.json"""
import json
import math
import sys

import numpy as np
from scipy import stats
from scipy.spatial import distance
from sklearn import metrics
from sklearn.calibration import calibration_curve

rng = np.random.default_rng(20260101)


def clean(x):
    if isinstance(x, dict):
        return {k: clean(v) for k, v in x.items()}
    if isinstance(x, (list, tuple, np.ndarray)):
        return [clean(v) for v in x]
    if isinstance(x, (bool, np.bool_)):
        return bool(x)
    if isinstance(x, (int, np.integer)):
        return int(x)
    if isinstance(x, (float, np.floating)):
        return float(x) if math.isfinite(x) else None
    return x


def samples():
    pairs = {
        "small": (rng.normal(0, 1, 9), rng.normal(1, 1, 7)),
        "shift": (rng.normal(0, 1, 60), rng.normal(0.4, 1.3, 45)),
        "ties": (rng.integers(0, 6, 80).astype(float), rng.integers(1, 8, 70).astype(float)),
        "same": (rng.exponential(2, 50), rng.exponential(2, 50)),
        "far": (rng.normal(0, 1, 40), rng.normal(8, 1, 40)),
        "large": (rng.normal(0, 1, 4000), rng.normal(0.05, 1, 3000)),
    }
    out = []
    for name, (a, b) in pairs.items():
        d = stats.ks_2samp(a, b, method="asymp").statistic
        en = len(a) * len(b) / (len(a) + len(b))
        case = {
            "name": name, "first": a, "second": b,
            "ks": d,
            "ks_exact": stats.ks_2samp(a, b, method="exact").pvalue if len(a) < 1000 else None,
            "ks_asymptotic": stats.kstwobign.sf(d * math.sqrt(en)),
            "u": stats.mannwhitneyu(a, b).statistic,
            "u_asymptotic": stats.mannwhitneyu(a, b, method="asymptotic").pvalue,
            "u_exact": stats.mannwhitneyu(a, b, method="exact").pvalue if name in ("small", "shift", "same") else None,
            "wasserstein": stats.wasserstein_distance(a, b),
            "energy": stats.energy_distance(a, b),
            "moments": [np.mean(a), np.var(a, ddof=1), stats.skew(a), stats.kurtosis(a)],
        }
        out.append(case)
    return out


def tables():
    out = []
    for a, b in [([10, 20, 30], [15, 15, 40]), ([0, 5, 95, 0], [3, 7, 80, 0]), ([1000, 2000, 50], [900, 2100, 60]), ([7, 0, 0], [0, 4, 9])]:
        a, b = np.array(a), np.array(b)
        used = (a + b) > 0
        chi2, chi2_p, _, _ = stats.chi2_contingency(np.array([a[used], b[used]]), correction=False)
        g, g_p, _, _ = stats.chi2_contingency(np.array([a[used], b[used]]), correction=False, lambda_="log-likelihood")
        p, q = a / a.sum(), b / b.sum()
        ps = (a[used] + 0.5) / (a[used] + 0.5).sum()
        qs = (b[used] + 0.5) / (b[used] + 0.5).sum()
        out.append({
            "first": a, "second": b, "chi2": chi2, "chi2_p": chi2_p, "g": g, "g_p": g_p,
            "cramers_v": stats.contingency.association(np.array([a[used], b[used]]), method="cramer"),
            "js": distance.jensenshannon(p, q, base=2), "tv": distance.cityblock(p, q) / 2,
            "hellinger": distance.euclidean(np.sqrt(p), np.sqrt(q)) / math.sqrt(2),
            "kl": stats.entropy(qs, ps), "psi": stats.entropy(ps, qs) + stats.entropy(qs, ps),
        })
    return out


def delong_variance(y, s):
    """From the definition, every pair, O(mn)."""
    x, z = s[y], s[~y]
    psi = (x[:, None] > z[None, :]) + 0.5 * (x[:, None] == z[None, :])
    return np.var(psi.mean(1), ddof=1) / len(x) + np.var(psi.mean(0), ddof=1) / len(z)


def ece(y, s, w, bins):
    index = np.minimum((s * bins).astype(int), bins - 1)
    total = 0.0
    for b in range(bins):
        m = index == b
        if m.any():
            total += w[m].sum() * abs(np.average(s[m], weights=w[m]) - np.average(y[m], weights=w[m]))
    return total / w.sum()


def classifications():
    out = []
    for name, n, decimals, weighted in [("fine", 300, 12, False), ("ties", 400, 1, False), ("weighted", 250, 2, True), ("tiny", 8, 12, False)]:
        z = rng.normal(0, 1, n)
        y = rng.random(n) < 1 / (1 + np.exp(-1.5 * z))
        y[0], y[1] = True, False
        s = np.round(1 / (1 + np.exp(-(z + rng.normal(0, 0.7, n)))), decimals)
        w = rng.uniform(0.1, 3, n) if weighted else np.ones(n)
        t = 0.4
        pred = s >= t
        fpr, tpr, thr = metrics.roc_curve(y, s, sample_weight=w, drop_intermediate=False)
        rate, mean = calibration_curve(y, s, n_bins=7)
        out.append({
            "name": name, "labels": y, "scores": s, "weights": w if weighted else [], "threshold": t,
            "roc_auc": metrics.roc_auc_score(y, s, sample_weight=w),
            "average_precision": metrics.average_precision_score(y, s, sample_weight=w),
            "log_loss": metrics.log_loss(y, s, sample_weight=w),
            "brier": metrics.brier_score_loss(y, s, sample_weight=w),
            "calibration_error": ece(y, s, w, 10),
            "accuracy": metrics.accuracy_score(y, pred, sample_weight=w),
            "precision": metrics.precision_score(y, pred, sample_weight=w),
            "recall": metrics.recall_score(y, pred, sample_weight=w),
            "f1": metrics.f1_score(y, pred, sample_weight=w),
            "mcc": metrics.matthews_corrcoef(y, pred, sample_weight=w),
            "delong_variance": None if weighted else delong_variance(y, s),
            "fpr": fpr, "tpr": tpr,
            "curve_rate": rate if name == "fine" else [], "curve_mean": mean if name == "fine" else [],
        })
    return out


def regressions():
    out = []
    for weighted in (False, True):
        a = rng.normal(10, 4, 120)
        p = a + rng.normal(0.3, 2, 120)
        w = rng.uniform(0.1, 3, 120)
        kw = {"sample_weight": w} if weighted else {}
        out.append({
            "actual": a, "predicted": p, "weights": w if weighted else [],
            "rmse": metrics.mean_squared_error(a, p, squared=False, **kw), "mae": metrics.mean_absolute_error(a, p, **kw),
            "r2": metrics.r2_score(a, p, **kw), "mape": metrics.mean_absolute_percentage_error(a, p, **kw),
            "pinball": metrics.mean_pinball_loss(a, p, alpha=0.8, **kw),
        })
    return out


def intervals():
    out = []
    for k, n, c in [(0, 10, 0.95), (3, 10, 0.95), (10, 10, 0.9), (480, 1000, 0.99), (1, 5000, 0.95)]:
        test = stats.binomtest(k, n)
        w, e = test.proportion_ci(c, method="wilson"), test.proportion_ci(c, method="exact")
        out.append({"successes": k, "trials": n, "confidence": c, "wilson": [w.low, w.high], "exact": [e.low, e.high]})
    return out


def adjustments():
    """By the definitions, each p-value on its own, O(n^2)."""
    p = [0.01, 0.02, 0.03, 0.04, 0.05, 0.8, 0.001, 0.02]
    m = len(p)
    bonferroni = [min(1, m * x) for x in p]
    holm = [min(1, max((m - sum(y < x for y in p)) * x for x in p if x <= target)) for target in p]
    bh = [min(1, min(m * x / sum(y <= x for y in p) for x in p if x >= target)) for target in p]
    return {"p": p, "bonferroni": bonferroni, "holm": holm, "bh": bh}


json.dump(clean({
    "samples": samples(), "tables": tables(), "classifications": classifications(), "regressions": regressions(),
    "intervals": intervals(), "adjustments": adjustments(),
}), sys.stdout)
print()
