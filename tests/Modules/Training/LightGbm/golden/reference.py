"""What Optuna reaches on a real task: LightGBM's parameters for flights.csv. The best value after a budget of trials, every seed's.

Run: LIGHTGBM=…/lib_lightgbm.so python3 reference.py > reference.json

With Optuna 4.1.0, cmaes 0.11.1 and PyTorch 2.6.0 (Debian 13), and the native library of the NuGet package LightGBM 4.7.0, called over its C interface: the objective is to the last bit the one of the test.
"""
import csv, ctypes, json, os, sys
from pathlib import Path

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
library = ctypes.CDLL(os.environ["LIGHTGBM"])
library.LGBM_GetLastError.restype = ctypes.c_char_p
COLUMNS = ["hour", "day", "distance", "origin", "destination"]
FIXED = "bagging_freq=1 deterministic=true feature_pre_filter=false force_row_wise=true metric=binary_logloss num_threads=1 objective=binary seed=1 verbosity=-1"
ITERATIONS = 60


def check(code):
    if code:
        raise RuntimeError(library.LGBM_GetLastError())


def dataset(rows, reference=None):
    values = (ctypes.c_float * (len(rows) * len(COLUMNS)))(*[float(row[name]) for row in rows for name in COLUMNS])
    labels = (ctypes.c_float * len(rows))(*[float(row["late"]) for row in rows])
    handle = ctypes.c_void_p()
    check(library.LGBM_DatasetCreateFromMat(values, 0, len(rows), len(COLUMNS), 1, FIXED.encode(), reference, ctypes.byref(handle)))
    check(library.LGBM_DatasetSetField(handle, b"label", labels, len(rows), 0))
    return handle


rows = list(csv.DictReader(Path(__file__).with_name("flights.csv").open()))
training = dataset([row for row in rows if row["week"] == "3"])
validation = dataset([row for row in rows if row["week"] == "4"], training)


def objective(trial):
    chosen = {
        "bagging_fraction": trial.suggest_float("bagging_fraction", 0.2, 1),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.2, 1),
        "lambda_l2": trial.suggest_float("lambda_l2", 1e-3, 100, log=True),
        "learning_rate": trial.suggest_float("learning_rate", 0.005, 0.5, log=True),
        "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 1, 200, log=True),
        "min_gain_to_split": trial.suggest_float("min_gain_to_split", 0, 5),
        "num_leaves": trial.suggest_int("num_leaves", 2, 128, log=True),
    }
    booster = ctypes.c_void_p()
    check(library.LGBM_BoosterCreate(training, (FIXED + "".join(f" {name}={value!r}" for name, value in chosen.items())).encode(), ctypes.byref(booster)))
    try:
        check(library.LGBM_BoosterAddValidData(booster, validation))
        finished = ctypes.c_int(0)
        for _ in range(ITERATIONS):
            check(library.LGBM_BoosterUpdateOneIter(booster, ctypes.byref(finished)))
            if finished.value:
                break
        count, value = ctypes.c_int(0), (ctypes.c_double * 1)()
        check(library.LGBM_BoosterGetEval(booster, 1, ctypes.byref(count), value))
        return value[0]
    finally:
        library.LGBM_BoosterFree(booster)


SAMPLERS = {
    "tpe": lambda seed: optuna.samplers.TPESampler(seed=seed),
    "tpe multivariate": lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=True),
    "cmaes": lambda seed: optuna.samplers.CmaEsSampler(seed=seed),
    "gaussian process": lambda seed: optuna.samplers.GPSampler(seed=seed),
}

rows = []
for sampler, trials in [("tpe", 80), ("tpe multivariate", 80), ("cmaes", 150), ("gaussian process", 50)]:
    best = []
    for seed in range(45):
        study = optuna.create_study(sampler=SAMPLERS[sampler](seed))
        study.optimize(objective, n_trials=trials)
        best.append(study.best_value)
    rows.append({"Sampler": sampler, "Trials": trials, "Best": sorted(best)})
    print(sampler, sorted(best)[22], file=sys.stderr, flush=True)
print(json.dumps(rows, indent=1))
