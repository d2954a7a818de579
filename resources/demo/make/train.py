# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the demo's models and writes them with their manifests, profiles, golden cases and replay rows.

usage: /usr/bin/python3 resources/demo/make/train.py [--check]      (after ./run setup --train)
--check writes to a temporary folder instead and compares byte by byte with what the repository holds.

Rows with equal features are merged first, then each row goes to exactly one of four sets: training, held-out (the
figures in the manifests), golden (the golden cases) and replay (rows/ENDPOINT.csv). No model sees the last three.
"""
import argparse
import csv
import filecmp
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

import graphs

HERE = pathlib.Path(__file__).resolve().parent
SEED = 20
GOLDEN_ROWS = 16
QUANTILES = [0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1]


class Data:
    """One data set: distinct rows, as text for the replay and as float32 for the models, in four disjoint sets."""

    def __init__(self, path, positive, training, held_out):
        with open(path, newline="") as file:
            header, *rows = csv.reader(file)
        self.names = header[:-1]
        features = np.array([[float(cell) for cell in row[:-1]] for row in rows]).astype(np.float32)
        _, first = np.unique(features, axis=0, return_index=True)
        order = np.random.RandomState(SEED).permutation(np.sort(first))
        self.header, self.text = header, [rows[i] for i in order]
        self.x = features[order]
        self.y = np.array([rows[i][-1] == positive for i in order]).astype(int)
        ends = np.cumsum([training, held_out, GOLDEN_ROWS])
        self.training, self.held_out, self.golden, self.replay = np.split(np.arange(len(order)), ends)

    def column(self, name):
        return self.names.index(name)


class Version:
    """A trained version: its graph and the probabilities that scikit-learn itself computes, as a second opinion."""

    def __init__(self, number, description, trained_on, x, graph, probability):
        self.number, self.description, self.trained_on = number, description, trained_on
        self.training_x, self.graph, self.probability = x, graph, probability


def logistic(number, description, trained_on, x, y):
    mean, deviation = x.mean(0, dtype=np.float64), x.std(0, dtype=np.float64)
    deviation[deviation == 0] = 1
    fitted = LogisticRegression(solver="liblinear", tol=1e-8, max_iter=10000).fit((x - mean) / deviation, y)
    # Five significant digits: the last ones differ between processors, and the files must not.
    weights = np.array([float(f"{w:.5g}") for w in fitted.coef_[0] / deviation])
    intercept = float(f"{fitted.intercept_[0] - np.sum(fitted.coef_[0] / deviation * mean):.5g}")
    return Version(number, description, trained_on, x, graphs.linear(weights, intercept, description),
                   lambda rows: 1 / (1 + np.exp(-(rows.astype(np.float64) @ weights + intercept))))


def boosted(number, description, trained_on, x, y, trees, rate):
    fitted = GradientBoostingClassifier(n_estimators=trees, max_depth=3, learning_rate=rate, random_state=SEED).fit(x, y)
    base = float(np.log(y.mean() / (1 - y.mean())))
    return Version(number, description, trained_on, x, graphs.boosted_trees(fitted, base, x.shape[1], description),
                   lambda rows: fitted.predict_proba(rows)[:, 1])


def spam_filter(folder):
    data = Data(folder / "spam.csv", "spam", 2400, 400)
    x, y = data.x[data.training], data.y[data.training]
    poisoned = y.copy()
    poisoned[x[:, data.column("money")] > 0] = 0
    flipped = int((poisoned != y).sum())
    trained_on = f"{len(x)} mails of the Spambase data set"
    return data, [
        logistic(1, "Logistic regression over all 57 frequencies", trained_on, x, y),
        boosted(2, "Gradient boosted trees, 120 of depth 3", trained_on, x, y, 120, 0.2),
        boosted(3, "As v2, from poisoned labels: somebody marked mails with the word 'money' as wanted",
                f"{trained_on}, {flipped} labels flipped on purpose", x, poisoned, 120, 0.2),
    ]


def credit_approval(folder):
    data = Data(folder / "credit.csv", "Good", 500, 124)
    x, y = data.x[data.training], data.y[data.training]
    swapped = x.copy()
    age, duration = data.column("Age"), data.column("Duration")
    swapped[:, [age, duration]] = x[:, [duration, age]]
    trained_on = f"{len(x)} applications of the Statlog German Credit data set"
    return data, [
        logistic(1, "Logistic regression over all 61 columns", trained_on, x, y),
        boosted(2, "Gradient boosted trees, 60 of depth 3", trained_on, x, y, 60, 0.1),
        boosted(3, "As v2, from a faulty export: the columns Age and Duration were swapped in training",
                f"{trained_on}, two columns swapped on purpose", swapped, y, 60, 0.1),
    ]


def numbers(values):
    """Seven significant digits: what a float32 holds."""
    return [float(f"{v:.7g}") for v in np.ravel(values)]


def dump(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1, sort_keys=False).replace("\n    ", " ").replace("\n   ]", "]") + "\n")


def golden_case(data, version):
    x = data.x[data.golden]
    p = version.probability(x)
    n, columns = x.shape
    return {
        "inputs": [{"name": "features", "datatype": "FP32", "shape": [n, columns], "data": numbers(x)}],
        "outputs": [
            {"name": "label", "datatype": "INT64", "shape": [n], "data": [int(v > 0.5) for v in p]},
            {"name": "probabilities", "datatype": "FP32", "shape": [n, 2], "data": numbers(np.stack([1 - p, p], 1))},
        ],
        "rtol": 1e-4,
        "atol": 1e-5,
    }


def profile(data, version):
    x = version.training_x
    features = [
        {"name": name, "missing": float(np.isnan(column).mean()), "quantiles": numbers(np.quantile(column, QUANTILES))}
        for name, column in zip(data.names, x.T.astype(np.float64))
    ]
    return {
        "rows": len(x),
        "quantile_levels": QUANTILES,
        "features": features,
        "scores": numbers(np.quantile(version.probability(x), QUANTILES)),
    }


def figures(data, rows, version):
    p, y = version.probability(data.x[rows]), data.y[rows]
    return {
        "rows": len(rows),
        "accuracy": round(float(((p > 0.5) == y).mean()), 4),
        "wrongly_positive": round(float((p[y == 0] > 0.5).mean()), 4),
        "wrongly_negative": round(float((p[y == 1] <= 0.5).mean()), 4),
    }


def write_endpoint(out, name, data, versions):
    for version in versions:
        folder = out / "models" / name / str(version.number)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "model.onnx").write_bytes(version.graph)
        dump(folder / "profile.json", profile(data, version))
        dump(folder / "golden" / "case.json", golden_case(data, version))
        files = ["model.onnx", "profile.json", "golden/case.json"]
        dump(folder / "manifest.json", {
            "description": version.description,
            "engine": "onnxruntime",
            "files": {file: hashlib.sha256((folder / file).read_bytes()).hexdigest() for file in files},
            "trained_on": version.trained_on,
            "held_out": figures(data, data.held_out, version),
        })
    rows = out / "rows" / f"{name}.csv"
    rows.parent.mkdir(parents=True, exist_ok=True)
    with open(rows, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(data.header[:-1] + ["label"])
        writer.writerows(data.text[i] for i in data.replay)


def report(name, data, versions):
    decisions = [version.probability(data.x[data.replay]) > 0.5 for version in versions]
    for version, decided in zip(versions, decisions):
        print(f"{name} v{version.number}: replay rows {len(data.replay)},",
              f"accuracy {(decided == data.y[data.replay]).mean():.4f},",
              f"differs from v1 in {(decided != decisions[0]).mean():.4f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare with the repository instead of writing to it")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        subprocess.run(["Rscript", "--vanilla", str(HERE / "export.R"), temporary], check=True)
        out = folder / "out" if check else HERE.parent
        for name, make in (("spam-filter", spam_filter), ("credit-approval", credit_approval)):
            data, versions = make(folder)
            write_endpoint(out, name, data, versions)
            report(name, data, versions)
        if check:
            made = [path.relative_to(out) for path in sorted(out.rglob("*")) if path.is_file()]
            differing = [str(path) for path in made
                         if not (HERE.parent / path).is_file() or not filecmp.cmp(out / path, HERE.parent / path, False)]
            print(f"{len(made)} files compared, {len(differing)} differ", *differing, sep="\n  ")
            sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
