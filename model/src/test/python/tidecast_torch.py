"""Both members of a forecaster in PyTorch: see PyTorchParityTest.

tidecast_torch.py train DIRECTORY...      DIRECTORY/request.json -> model.safetensors, quantiles.json
tidecast_torch.py quantiles DIRECTORY...  request.json, model.safetensors -> quantiles.json
"""
import json
import struct
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

CELLS = {"lstm": nn.LSTM, "rnn": nn.RNN}


class Head(nn.Linear):
    def __init__(self, hidden, horizon, levels):
        super().__init__(hidden, horizon * levels)
        self.shape = (horizon, levels)
        self.blend = nn.Parameter(torch.zeros(horizon))
        self.register_buffer("unit", torch.ones(horizon))

    def forward(self, h, last, scale, naive):
        """Quantiles [steps, horizon, levels]; they fan out from the median and cannot cross."""
        o = super().forward(h).view(-1, *self.shape)
        m = self.shape[1] // 2
        share = torch.sigmoid(self.blend)
        base = share * last[:, None] + (1 - share) * naive
        width = F.softplus(o)
        below = width[..., :m].flip(-1).cumsum(-1).flip(-1)
        above = width[..., m + 1 :].cumsum(-1)
        fan = torch.cat([o[..., m : m + 1] - below, o[..., m : m + 1], o[..., m : m + 1] + above], -1)
        return base[..., None] + (scale[:, None] * self.unit)[..., None] * fan


class Highway(nn.Module):
    def __init__(self, look_back, covariates, horizon, levels):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(horizon, look_back - 1))
        self.covariate_weight = nn.Parameter(torch.zeros(horizon, covariates))
        self.intercept = nn.Parameter(torch.zeros(horizon))
        self.residual = nn.Parameter(torch.linspace(-1, 1, levels).repeat(horizon, 1))

    def forward(self, deviations, covariates, last, scale):
        limit = 8 * scale[:, None]
        limited = torch.maximum(-limit, torch.minimum(limit, deviations))
        scaled = self.intercept + covariates @ self.covariate_weight.T
        median = last[:, None] + scale[:, None] * scaled + limited @ self.weight.T
        return median[..., None] + scale[:, None, None] * self.residual


class Forecaster(nn.Module):
    def __init__(self, config, inputs):
        super().__init__()
        cell, horizon, levels = config["cell"], config["horizon"], len(config["levels"])
        kind, layers, hidden = cell["kind"], cell["layers"], cell["hidden"]
        if kind in CELLS:
            setattr(self, kind, CELLS[kind](inputs, hidden, layers))
        else:
            widths = [inputs] + [hidden] * layers
            self.linear = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))
        self.kind = kind
        self.head = Head(hidden, horizon, levels)
        self.highway = Highway(config["history"], len(config["covariates"]), horizon, levels)

    def forward(self, series):
        """From all steps of one series: quantiles of both members at the origins."""
        h = series["inputs"]
        if self.kind in CELLS:
            h = getattr(self, self.kind)(h)[0]
        else:
            for layer in self.linear:
                h = torch.tanh(layer(h))
        last, scale = series["last"], series["scale"]
        return (
            self.head(h[series["origins"].long()], last, scale, series["naive"]),
            self.highway(series["deviations"], series["covariates"], last, scale),
        )


def save(model, metadata, path):
    header, data = {"__metadata__": metadata}, b""
    for name, tensor in model.state_dict().items():
        values = struct.pack(f"<{tensor.numel()}f", *tensor.flatten().tolist())
        header[name] = {
            "dtype": "F32",
            "shape": list(tensor.shape),
            "data_offsets": [len(data), len(data) + len(values)],
        }
        data += values
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def load(model, path):
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header, state = json.loads(content[8 : 8 + length]), {}
    header.pop("__metadata__")
    for name, tensor in header.items():
        begin, end = (8 + length + offset for offset in tensor["data_offsets"])
        flat = torch.frombuffer(bytearray(content[begin:end]), dtype=torch.float32)
        state[name] = flat.reshape(tensor["shape"])
    model.load_state_dict(state)


def train(model, series, levels):
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    for _ in range(100):
        optimizer.zero_grad()
        errors = [series["targets"][..., None] - quantiles for quantiles in model(series)]
        loss = sum(torch.maximum(levels * e, (levels - 1) * e).mean() for e in errors)
        loss.backward()
        optimizer.step()
    # quantiles of the highway ascend
    model.highway.residual.data = model.highway.residual.data.sort(-1).values


def main(command, directories):
    for directory in map(Path, directories):
        torch.manual_seed(1)
        request = json.loads((directory / "request.json").read_text())
        series = {k: torch.tensor(v) for k, v in request["series"].items()}
        config = json.loads(request["metadata"]["config"])
        model = Forecaster(config, series["inputs"].shape[-1])
        if command == "train":
            train(model, series, torch.tensor(config["levels"]))
            save(model, request["metadata"], directory / "model.safetensors")
        else:
            load(model, directory / "model.safetensors")
        with torch.no_grad():
            recurrent, highway = model(series)
        answer = {"recurrent": recurrent.tolist(), "highway": highway.tolist()}
        (directory / "quantiles.json").write_text(json.dumps(answer))


main(sys.argv[1], sys.argv[2:])
