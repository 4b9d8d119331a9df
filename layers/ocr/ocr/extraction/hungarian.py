"""The assignment that costs least in all: the Hungarian method, on the few pairs that are possible at all.

Kuhn 1955, in the form with potentials by which one claimant after the other is settled on its shortest path. A page's
pairs fall into small groups that have nothing in common, and each group is solved alone.
"""

import math
from collections.abc import Hashable, Mapping, Sequence


def cheapest[C: Hashable, O: Hashable](costs: Mapping[tuple[C, O], float], nothing: float) -> dict[C, O]:
    """What each claimant gets: every object goes to one at most, and `nothing` is what it costs to get none."""
    found: dict[C, O] = {}
    for claimants, objects in _groups(list(costs)):
        if len(claimants) == 1:
            best = min(objects, key=lambda one: costs[claimants[0], one])
            pairs = {claimants[0]: best} if costs[claimants[0], best] < nothing else {}
        else:
            pairs = _settled(claimants, objects, costs, nothing)
        found |= pairs
    return found


def _groups[C: Hashable, O: Hashable](pairs: Sequence[tuple[C, O]]) -> list[tuple[list[C], list[O]]]:
    """Claimants and objects that hang together, group by group."""
    groups: list[tuple[dict[C, None], dict[O, None]]] = []
    for claimant, object_ in pairs:
        near = [group for group in groups if claimant in group[0] or object_ in group[1]]
        merged: tuple[dict[C, None], dict[O, None]] = ({claimant: None}, {object_: None})
        for group in near:
            merged[0].update(group[0])
            merged[1].update(group[1])
            groups.remove(group)
        groups.append(merged)
    return [(list(claimants), list(objects)) for claimants, objects in groups]


def _settled[C: Hashable, O: Hashable](
    claimants: Sequence[C], objects: Sequence[O], costs: Mapping[tuple[C, O], float], nothing: float
) -> dict[C, O]:
    """One group: rows are claimants, columns are objects and then a "nothing" for each claimant; both count from 1."""
    rows, columns = len(claimants), len(objects) + len(claimants)
    price = [
        [math.inf]
        + [costs.get((claimant, object_), math.inf) for object_ in objects]
        + [nothing if other == row else math.inf for other in range(rows)]
        for row, claimant in enumerate(claimants)
    ]
    row_potential, column_potential = [0.0] * (rows + 1), [0.0] * (columns + 1)
    owner = [0] * (columns + 1)
    for row in range(1, rows + 1):
        owner[0], column = row, 0
        shortest, before, done = [math.inf] * (columns + 1), [0] * (columns + 1), [False] * (columns + 1)
        while owner[column]:
            done[column] = True
            current, step, next_column = owner[column], math.inf, 0
            for other in range(1, columns + 1):
                if done[other]:
                    continue
                way = price[current - 1][other] - row_potential[current] - column_potential[other]
                if way < shortest[other]:
                    shortest[other], before[other] = way, column
                if shortest[other] < step:
                    step, next_column = shortest[other], other
            for other in range(columns + 1):
                if done[other]:
                    row_potential[owner[other]] += step
                    column_potential[other] -= step
                else:
                    shortest[other] -= step
            column = next_column
        while column:
            owner[column] = owner[before[column]]
            column = before[column]
    return {
        claimants[owner[column] - 1]: objects[column - 1]
        for column in range(1, len(objects) + 1)
        if owner[column] and price[owner[column] - 1][column] < math.inf
    }
