"""Trains small LightGBM models through its C library and writes text models with LightGBM's own predictions.

    python3 make_lightgbm.py PATH/TO/lib_lightgbm.so

Made with LightGBM 4.7.0. One JSON file a case: features (float32, null is NaN), model, raw (margins) and predictions, both float64.
"""
import ctypes
import json
import pathlib
import sys

import numpy as np

LIB = ctypes.CDLL(sys.argv[1])
LIB.LGBM_GetLastError.restype = ctypes.c_char_p
HERE = pathlib.Path(__file__).parent


def call(name, *args):
    if getattr(LIB, name)(*args) != 0:
        raise RuntimeError(f"{name}: {LIB.LGBM_GetLastError().decode()}")


def train(x, y, parameters, rounds):
    parameters = (parameters + " num_threads=1 seed=1 deterministic=true verbosity=-1 min_data_in_leaf=5").encode()
    x = np.ascontiguousarray(x, dtype=np.float32)
    y = np.ascontiguousarray(y, dtype=np.float32)
    data, booster = ctypes.c_void_p(), ctypes.c_void_p()
    call("LGBM_DatasetCreateFromMat", x.ctypes.data_as(ctypes.c_void_p), 0, x.shape[0], x.shape[1], 1, parameters, None, ctypes.byref(data))
    call("LGBM_DatasetSetField", data, b"label", y.ctypes.data_as(ctypes.c_void_p), len(y), 0)
    call("LGBM_BoosterCreate", data, parameters, ctypes.byref(booster))
    finished = ctypes.c_int()
    for _ in range(rounds):
        call("LGBM_BoosterUpdateOneIter", booster, ctypes.byref(finished))
    return booster


def text(booster):
    length = ctypes.c_int64()
    buffer = ctypes.create_string_buffer(1 << 22)
    call("LGBM_BoosterSaveModelToString", booster, 0, -1, 0, ctypes.c_int64(len(buffer)), ctypes.byref(length), buffer)
    assert length.value <= len(buffer)
    return buffer.value.decode()


def predict(booster, x, kind, outputs):
    x = np.ascontiguousarray(x, dtype=np.float32)
    out = np.zeros(len(x) * outputs)
    length = ctypes.c_int64()
    call("LGBM_BoosterPredictForMat", booster, x.ctypes.data_as(ctypes.c_void_p), 0, x.shape[0], x.shape[1], 1, kind, 0, -1,
         b"num_threads=1", ctypes.byref(length), out.ctypes.data_as(ctypes.c_void_p))
    return out[:length.value].tolist()


def features(rng, rows):
    x = rng.normal(size=(rows, 5)).astype(np.float32)
    x[:, 1] = np.round(x[:, 1] * 3)                       # few values, zero among them
    x[:, 2] = np.where(rng.random(rows) < 0.5, 0, x[:, 2])  # sparse
    x[:, 4] = np.exp(x[:, 4] * 4)                         # long tail
    x[rng.random((rows, 5)) < 0.1] = np.nan
    return x


def case(name, target, parameters, rounds=12, outputs=1):
    rng = np.random.default_rng(11)
    x = features(rng, 600)
    booster = train(x, target(np.nan_to_num(x), rng), parameters, rounds)
    probe = features(rng, 150)
    probe[0], probe[1], probe[2] = np.nan, 0, -0.0
    probe[3], probe[4] = np.inf, -np.inf
    probe[5], probe[6] = 1e-36, -1e-36                    # counts as zero
    model = text(booster)
    # Values at the thresholds and their neighbours are where rounding a threshold wrongly would show.
    edges = [float(t) for line in model.splitlines() if line.startswith("threshold=") for t in line[10:].split()][:40]
    for i, edge in enumerate(edges):
        for j, value in enumerate((np.float32(edge), np.nextafter(np.float32(edge), np.float32(-np.inf)), np.nextafter(np.float32(edge), np.float32(np.inf)))):
            if 10 + 3 * i + j < len(probe):
                probe[10 + 3 * i + j] = value
    # A parameters section names nothing that is read; leaving it out keeps the files small.
    model = model[:model.index("\nparameters:")] + "\n"
    (HERE / f"lightgbm-{name}.json").write_text(json.dumps({
        "outputs": outputs,
        "features": [[None if np.isnan(v) else ("Infinity" if v == np.inf else "-Infinity" if v == -np.inf else float(v)) for v in row] for row in probe],
        "model": model,
        "raw": predict(booster, probe, 1, outputs),
        "predictions": predict(booster, probe, 0, outputs),
    }, indent=None, separators=(",", ":")) + "\n")


def binary(x, rng):
    return (x[:, 0] + 0.5 * x[:, 1] - (x[:, 2] == 0) + rng.normal(size=len(x)) > 0).astype(float)


case("binary", binary, "objective=binary num_leaves=8 learning_rate=0.2")
case("binary-sigmoid", binary, "objective=binary sigmoid=2.5 num_leaves=4")
case("no-missing", binary, "objective=binary use_missing=false num_leaves=8")
case("zero-is-missing", binary, "objective=binary zero_as_missing=true num_leaves=8")
case("regression", lambda x, rng: x[:, 0] * 3 + np.log1p(x[:, 4]) + rng.normal(size=len(x)), "objective=regression num_leaves=8")
case("multiclass", lambda x, rng: np.digitize(x[:, 0] + x[:, 1], [-1, 1]), "objective=multiclass num_class=3 num_leaves=5", rounds=5, outputs=3)
case("stump", lambda x, rng: np.ones(len(x)), "objective=regression num_leaves=4", rounds=2)
