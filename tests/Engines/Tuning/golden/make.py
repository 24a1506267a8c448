"""Golden values of Orrery.Tuning with SciPy and scikit-learn 1.2. Run: python3 make.py > tuning.json"""
import json

import numpy as np
from scipy import linalg
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

rng = np.random.default_rng(11)


def algebra(n):
    root = rng.normal(0, 1, (n, n))
    a = root @ root.T + 0.1 * np.eye(n)
    b = rng.normal(0, 1, n)
    return {
        "A": a.tolist(), "B": b.tolist(), "Solution": linalg.solve(a, b, assume_a="pos").tolist(),
        "LogDeterminant": float(np.linalg.slogdet(a)[1]), "Eigenvalues": linalg.eigvalsh(a).tolist(),
    }


def process(n, d):
    x, y = rng.random((n, d)), rng.normal(0, 1, n)
    scales, variance, noise = rng.uniform(0.2, 2, d), 1.7, 0.013
    kernel = ConstantKernel(variance) * Matern(scales, nu=2.5) + WhiteKernel(noise)
    gp = GaussianProcessRegressor(kernel, alpha=0, optimizer=None).fit(x, y)
    value, gradient = gp.log_marginal_likelihood(gp.kernel_.theta, eval_gradient=True)
    at = rng.random((4, d))
    mean, deviation = gp.predict(at, return_std=True)
    # theta is ln of the variance, the scales, the noise; ours has the scales first
    order = [*range(1, d + 1), 0, d + 1]
    return {
        "X": x.tolist(), "Y": y.tolist(), "LogParameters": gp.kernel_.theta[order].tolist(), "LogLikelihood": float(value),
        "Gradient": gradient[order].tolist(), "At": at.tolist(), "Mean": mean.tolist(),
        # without the noise of a new observation
        "Variance": (deviation ** 2 - noise).tolist(),
    }


print(json.dumps({"Algebra": [algebra(n) for n in (1, 2, 5, 12)], "Process": [process(9, 1), process(20, 3)]}, indent=1))
