#!/usr/bin/env python3
"""Writes golden.json: coefficients of scikit-learn's LogisticRegression for data that LogisticRegressionTests makes again.

The data are a linear congruential sequence (Numerical Recipes' constants), so that both sides make the same numbers:
    python3 golden.py > golden.json
"""
import json
import warnings

import numpy as np
from sklearn.linear_model import LogisticRegression

warnings.filterwarnings("error")


def sequence(seed, count):
    state = seed
    for _ in range(count):
        state = (1664525 * state + 1013904223) % 2**32
        yield state / 2**32


def data(seed, rows, columns):
    numbers = np.array(list(sequence(seed, rows * (columns + 1))), dtype=np.float64).reshape(rows, columns + 1)
    x = (numbers[:, :columns] * 4 - 2).astype(np.float32)
    x[:, 0] = x[:, 0] > 0.5                     # a column of zeros and ones
    x[:, 1] *= 30                               # one of another scale
    score = 1.3 * x[:, 0] - 0.04 * x[:, 1] + 0.8 * x[:, 2] - 0.6
    y = (numbers[:, columns] < 1 / (1 + np.exp(-score))).astype(np.int32)
    return x.astype(np.float64), y


cases = []
for seed, rows, columns, l2 in [(1, 400, 4, 1.0), (2, 400, 4, 100.0), (3, 1500, 9, 0.01), (4, 60, 5, 2.5)]:
    x, y = data(seed, rows, columns)
    model = LogisticRegression(C=1 / l2, solver="newton-cholesky", tol=1e-14, max_iter=1000).fit(x, y)
    cases.append({
        "seed": seed, "rows": rows, "columns": columns, "l2": l2,
        "positives": int(y.sum()),
        "coefficients": model.coef_[0].tolist(), "intercept": float(model.intercept_[0]),
    })
print(json.dumps(cases, indent=1))
