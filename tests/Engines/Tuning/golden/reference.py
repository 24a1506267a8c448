"""What Optuna 3.1.0 (Debian's python3-optuna and python3-cmaes) reaches on test functions: the best value after a budget of trials, median over seeds.

Run: python3 reference.py > reference.json   (about a quarter of an hour on one core)

Optuna 3.1 has no Gaussian process of its own (its BoTorch sampler needs PyTorch), so the peer of ours is a plain one of scikit-learn: Matern 5/2 with its own length scale a parameter,
maximum likelihood with two restarts, expected improvement over 2,000 random points, then L-BFGS from the best five.
"""
import json
import math
import statistics
import sys
import warnings


import numpy as np
import optuna
from scipy import optimize, stats
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore")

A = np.array([[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]])
P = np.array([[0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886], [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
              [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650], [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381]])
ALPHA = np.array([1.0, 1.2, 3.0, 3.2])


def branin(x):
    curve = x[1] - 5.1 / (4 * math.pi ** 2) * x[0] ** 2 + 5 / math.pi * x[0] - 6
    return float(curve ** 2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x[0]) + 10)


def hartmann(x):
    return float(-(ALPHA * np.exp(-(A * (np.asarray(x) - P) ** 2).sum(1))).sum())


def rosenbrock(x):
    x = np.asarray(x)
    return float((100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum())


PROBLEMS = {
    "Branin": (branin, [(-5, 10), (0, 15)]),
    "Hartmann": (hartmann, [(0, 1)] * 6),
    "Rosenbrock": (rosenbrock, [(-5, 10)] * 10),
}


def with_optuna(make, function, bounds, trials, seed):
    study = optuna.create_study(sampler=make(seed))
    study.optimize(lambda t: function([t.suggest_float(f"x{i}", *b) for i, b in enumerate(bounds)]), n_trials=trials)
    return study.best_value


def with_process(function, bounds, trials, seed):
    rng = np.random.default_rng(seed)
    low, high = np.array(bounds, float).T
    d = len(bounds)
    xs = list(stats.qmc.Halton(d, seed=seed).random(10))
    ys = [function(low + x * (high - low)) for x in xs]
    while len(ys) < trials:
        y = np.array(ys)
        z = (y - y.mean()) / (y.std() or 1)
        kernel = ConstantKernel(1.0, (0.05, 50)) * Matern([0.5] * d, (0.03, 10), nu=2.5) + WhiteKernel(1e-3, (1e-6, 0.5))
        gp = GaussianProcessRegressor(kernel, n_restarts_optimizer=2, random_state=seed).fit(np.array(xs), z)

        def loss(at):
            mean, deviation = gp.predict(np.atleast_2d(at), return_std=True)
            u = (z.min() - mean) / np.maximum(deviation, 1e-9)
            return -(deviation * (u * stats.norm.cdf(u) + stats.norm.pdf(u)))

        starts = rng.random((2000, d))
        starts = starts[np.argsort(loss(starts))[:5]]
        best = min((optimize.minimize(lambda v: float(loss(v)[0]), s, bounds=[(0, 1)] * d, method="L-BFGS-B") for s in starts), key=lambda r: r.fun)
        xs.append(np.clip(best.x, 0, 1))
        ys.append(function(low + xs[-1] * (high - low)))
    return min(ys)


OPTUNA = {
    "tpe": lambda seed: optuna.samplers.TPESampler(seed=seed),
    "tpe multivariate": lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=True, constant_liar=True),
    "cmaes": lambda seed: optuna.samplers.CmaEsSampler(seed=seed),
}

CASES = [
    ("tpe", "Branin", 100, 15), ("tpe multivariate", "Branin", 100, 15), ("cmaes", "Branin", 200, 15), ("process", "Branin", 40, 7), ("tpe", "Branin", 40, 15),
    ("tpe", "Hartmann", 200, 15), ("tpe multivariate", "Hartmann", 200, 15), ("cmaes", "Hartmann", 300, 15), ("process", "Hartmann", 60, 7), ("tpe", "Hartmann", 60, 15),
    ("tpe", "Rosenbrock", 500, 9), ("tpe multivariate", "Rosenbrock", 500, 9), ("cmaes", "Rosenbrock", 1500, 15), ("process", "Rosenbrock", 100, 5), ("tpe", "Rosenbrock", 100, 9),
]

rows = []
for sampler, problem, trials, seeds in CASES:
    function, bounds = PROBLEMS[problem]
    if sampler == "process":
        found = [with_process(function, bounds, trials, seed) for seed in range(seeds)]
    else:
        found = [with_optuna(OPTUNA[sampler], function, bounds, trials, seed) for seed in range(seeds)]
    rows.append({"Sampler": sampler, "Problem": problem, "Trials": trials, "Seeds": seeds, "Median": statistics.median(found)})
    print(rows[-1], file=sys.stderr, flush=True)
print(json.dumps(rows, indent=1))
