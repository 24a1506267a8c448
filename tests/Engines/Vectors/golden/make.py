"""Golden values of Orrery.Vectors with scikit-learn 1.4 (HDBSCAN is in it from 1.3 on). Run: python3 make.py > vectors.json"""
import json

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.cluster import DBSCAN, HDBSCAN
from sklearn.datasets import make_blobs, make_moons
from sklearn.random_projection import johnson_lindenstrauss_min_dim

rng = np.random.default_rng(5)


def rounded(x):
    """Exact in float32, and so fine that no two distances are equal by rounding: what is read is what was clustered."""
    return (np.round(x * 2 ** 20) / 2 ** 20).astype(np.float32)


def moons():
    return rounded(3 * make_moons(300, noise=0.05, random_state=1)[0])


def clouds():
    near, _ = make_blobs(260, centers=6, n_features=5, cluster_std=[0.4, 0.7, 1.0, 1.5, 0.5, 0.9], random_state=2)
    return rounded(np.vstack([near, rng.uniform(-12, 12, (60, 5))]))


def nested():
    wide, tight = rng.normal(0, 3, (150, 3)), rng.normal(0, 0.2, (80, 3)) + [1, 1, 0]
    return rounded(np.vstack([wide, tight, rng.normal(0, 0.3, (70, 3)) - [2, 0, 2]]))


sets = {"moons": moons(), "clouds": clouds(), "nested": nested()}
dbscan = [
    {"Set": name, "Metric": metric, "Radius": radius, "Neighbors": neighbors,
     "Labels": DBSCAN(eps=radius, min_samples=neighbors, metric=metric, algorithm="brute").fit(sets[name].astype(float)).labels_.tolist()}
    for name, metric, radius, neighbors in [
        ("moons", "euclidean", 0.5, 5), ("moons", "euclidean", 0.3, 4), ("clouds", "euclidean", 1.3, 5), ("clouds", "manhattan", 2.5, 8),
        ("clouds", "cosine", 0.02, 6), ("nested", "euclidean", 0.35, 10)]
]


def undecided(x, labels, neighbors, metric):
    """Vectors whose nearest by mutual reachability are of several clusters and equally near, as a core distance is that of many edges: any of these is right."""
    distances = cdist(x, x, "cityblock" if metric == "manhattan" else metric)
    core = np.sort(distances, axis=1)[:, neighbors - 1]
    reach = np.maximum(np.maximum(core[:, None], core[None]), distances)
    np.fill_diagonal(reach, np.inf)
    return [i for i, row in enumerate(reach) if len(set(labels[row <= row.min() * (1 + 1e-9)])) > 1]


# "brute" notes another end of an edge than the one that is near (1.4), so the trees of it are not least spanning trees.
def hdbscan(name, size, neighbors, selection, one, metric="euclidean"):
    found = HDBSCAN(min_cluster_size=size, min_samples=neighbors, cluster_selection_method=selection, allow_single_cluster=one, metric=metric,
                    algorithm="kd_tree").fit(sets[name].astype(float))
    ties = undecided(sets[name].astype(float), found.labels_, neighbors or size, metric)
    return {"Undecided": ties, "Set": name, "Metric": metric, "Size": size, "Neighbors": neighbors, "Selection": selection, "One": one,
            "Labels": found.labels_.tolist(), "Strengths": np.round(found.probabilities_, 6).tolist()}


print(json.dumps({
    "Sets": {name: {"Dimension": x.shape[1], "Values": x.ravel().tolist()} for name, x in sets.items()},
    "Dbscan": dbscan,
    "Hdbscan": [
        hdbscan("moons", 5, None, "eom", False), hdbscan("moons", 15, 5, "eom", False), hdbscan("moons", 10, 3, "leaf", False),
        hdbscan("clouds", 10, None, "eom", False), hdbscan("clouds", 10, 4, "leaf", False), hdbscan("clouds", 25, 6, "eom", True),
        hdbscan("clouds", 12, 5, "eom", False, "manhattan"),
        hdbscan("nested", 20, 8, "eom", False), hdbscan("nested", 20, 8, "eom", True), hdbscan("nested", 8, 2, "leaf", False)],
    "JohnsonLindenstrauss": [
        {"Points": n, "Distortion": eps, "Components": int(johnson_lindenstrauss_min_dim(n, eps=eps))} for n, eps in [(10, 0.5), (1000, 0.1), (10 ** 6, 0.2), (341479, 0.3)]],
}))
