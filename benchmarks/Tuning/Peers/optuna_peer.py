"""Optuna's TPE as the benchmark's peer: prints the trials a second of the first and of the last tenth of a study in memory.

optuna_peer.py TRIALS PARAMETERS SEED
"""

import sys
import time

import optuna

trials, parameters, seed = (int(text) for text in sys.argv[1:4])
optuna.logging.set_verbosity(optuna.logging.ERROR)
study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed, multivariate=True))
names = [f"x{i}" for i in range(parameters)]
tenths = []
for _ in range(10):
    start = time.perf_counter()
    study.optimize(lambda t: sum((t.suggest_float(name, 0, 1) - 0.3) ** 2 for name in names), n_trials=trials // 10)
    tenths.append(trials // 10 / (time.perf_counter() - start))
print(trials / sum(trials // 10 / rate for rate in tenths), tenths[0], tenths[-1])
