"""What scikit-learn, NumPy and pandas make of the same small table; run: python3 make_transforms.py (scikit-learn 1.x, pandas)."""
import json
import pathlib

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import MinMaxScaler, OrdinalEncoder, PolynomialFeatures, RobustScaler, StandardScaler

rng = np.random.default_rng(5)
ROWS = 80
x = np.round(rng.normal(3, 20, ROWS), 2).astype(np.float32)
x[::9] = x[1]                                     # a most frequent value
gaps = rng.random(ROWS) < 0.15
filled = x.copy()
x = np.where(gaps, np.nan, x).astype(np.float32)
amounts = np.round(rng.gamma(1, 300, ROWS), 2).astype(np.float32)
cities = rng.choice(["ATL", "BOS", "DEN", "JFK"], ROWS, p=[0.4, 0.3, 0.2, 0.1])
label = (rng.random(ROWS) < 0.3).astype(np.float32)
times = rng.integers(-3_000_000_000, 6_000_000_000, ROWS)
times[:3] = [951_782_400, 4_107_456_000 + 86_399, -1]  # 29 February 2000; 28 February 2100 and its last second; just before 1970
stamps = pd.to_datetime(times, unit="s")


def column(values):
    return [None if isinstance(v, float) and np.isnan(v) else v for v in np.asarray(values).ravel().tolist()]


def impute(strategy):
    return column(SimpleImputer(strategy=strategy).fit_transform(x.reshape(-1, 1).astype(np.float64)))


wide = filled.reshape(-1, 1).astype(np.float64)
groups = pd.Series(label.astype(np.float64)).groupby(cities)   # as scikit-learn 1.3's TargetEncoder(smooth=10)
target = (groups.sum() + 10 * label.mean()) / (groups.count() + 10)
shares = pd.Series(cities).value_counts(normalize=True)
low, high = np.quantile(filled.astype(np.float64), [0.1, 0.9])
edges = np.quantile(filled.astype(np.float64), [0.25, 0.5, 0.75])
golden = {
    "x": column(x), "filled": column(filled), "amounts": column(amounts), "cities": column(cities), "label": column(label), "times": column(times),
    "impute mean": impute("mean"), "impute median": impute("median"), "impute mostFrequent": impute("most_frequent"),
    "scale standard": column(StandardScaler().fit_transform(wide)),
    "scale minMax": column(MinMaxScaler().fit_transform(wide)),
    "scale robust": column(RobustScaler().fit_transform(wide)),
    "clip": column(np.clip(wide, low, high)),
    "buckets": column(np.digitize(wide.ravel(), edges)),
    "log1p": column(np.log1p(amounts.astype(np.float64))),
    "square": column(PolynomialFeatures(2, include_bias=False).fit_transform(wide)[:, 1]),
    "ordinal": column(OrdinalEncoder().fit_transform(cities.reshape(-1, 1))),
    "frequency": column([shares[c] for c in cities]),
    "target": column([target[c] for c in cities]),
    "hour": column(stamps.hour), "weekday": column(stamps.weekday), "dayOfMonth": column(stamps.day), "month": column(stamps.month),
    "hour.sin": column(np.sin(2 * np.pi * stamps.hour / 24)), "month.cos": column(np.cos(2 * np.pi * (stamps.month - 1) / 12)),
}
(pathlib.Path(__file__).parent / "transforms.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
