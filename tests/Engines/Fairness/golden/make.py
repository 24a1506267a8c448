"""Golden values of Orrery.Fairness, group by group with scikit-learn 1.2. Run: python3 make.py > fairness.json"""
import json
import sys

import numpy as np
from scipy import stats
from sklearn import metrics

rng = np.random.default_rng(7)


def case(weighted):
    n = 900
    group = rng.choice(["a", "b", "c"], n, p=[0.5, 0.3, 0.2])
    z = rng.normal(0, 1, n) + (group == "b") * 0.5
    y = rng.random(n) < 1 / (1 + np.exp(-z))
    s = np.round(1 / (1 + np.exp(-(z + rng.normal(0, 1, n)))), 6)
    w = rng.uniform(0.5, 2, n) if weighted else np.ones(n)
    t = 0.55
    pred = s >= t
    groups = {}
    for g in ["a", "b", "c"]:
        m = group == g
        gy, gp, gs, gw = y[m], pred[m], s[m], w[m]
        tn, fp, fn, tp = metrics.confusion_matrix(gy, gp, sample_weight=gw).ravel()
        groups[g] = {
            "Rows": int(m.sum()),
            "SelectionRate": np.average(gp, weights=gw),
            "TruePositiveRate": metrics.recall_score(gy, gp, sample_weight=gw),
            "FalsePositiveRate": fp / (fp + tn),
            "FalseNegativeRate": fn / (fn + tp),
            "Precision": metrics.precision_score(gy, gp, sample_weight=gw),
            "Accuracy": metrics.accuracy_score(gy, gp, sample_weight=gw),
            "RocAuc": metrics.roc_auc_score(gy, gs, sample_weight=gw),
            "BaseRate": np.average(gy, weights=gw),
        }
        if not weighted:
            ci = stats.binomtest(int(gp.sum()), len(gp)).proportion_ci(0.95, method="wilson")
            groups[g]["SelectionLower"], groups[g]["SelectionUpper"] = ci.low, ci.high
    def spread(name):
        v = [groups[g][name] for g in groups]
        return max(v) - min(v), min(v) / max(v)
    tpr, fpr, sel = spread("TruePositiveRate"), spread("FalsePositiveRate"), spread("SelectionRate")
    return {
        "labels": y.tolist(), "scores": s.tolist(), "groups": group.tolist(), "weights": w.tolist() if weighted else [], "threshold": t,
        "by_group": groups,
        "demographic_parity_difference": sel[0], "demographic_parity_ratio": sel[1],
        "equal_opportunity_difference": tpr[0],
        "equalized_odds_difference": max(tpr[0], fpr[0]), "equalized_odds_ratio": min(tpr[1], fpr[1]),
    }


json.dump([case(False), case(True)], sys.stdout)
print()
