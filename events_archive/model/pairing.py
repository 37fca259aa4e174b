"""Pairing: which arrival and which departure of a craft belong together.

Moves of one flight at one station are paired in the order of time. Where several orders are
possible, nothing is paired: a wrong pair is worse than none.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from events_archive.model.catalogue import grouped
from events_archive.model.interval import Interval
from events_archive.model.moves import Move, MoveKind

LONGEST_STAY = timedelta(days=400)
"""Longer than any visit so far: that of Progress MS-14 took 367 days."""

_ONE_MOVE = timedelta(days=3)
"""Between the parts of one move: capture and berthing, unberthing and release, or the undocking and
the docking of a relocation, which took Progress MS-17 more than a day."""

Moves = tuple[Move, ...]


class Stay(Struct, frozen=True, kw_only=True):
    """The moves of one visit."""

    arrivals: Moves = ()
    """Parts of one arrival."""
    relocations: Moves = ()
    departures: Moves = ()
    """Parts of one departure."""

    @property
    def moves(self) -> Moves:
        """All of them; there is at least one."""
        return self.arrivals + self.relocations + self.departures


def narrowest(moves: Moves) -> Interval:
    """Return the shortest period of the parts of one move, of several the first."""
    return min((move.when for move in moves), key=lambda when: when.end - when.start)


def pair(moves: Iterable[Move]) -> Iterator[list[Stay]]:
    """Yield the stays of each flight at each station, in the order of time."""
    for flight in _flights(moves):
        ends = _ends(flight)
        order = _in_order(ends)
        if order is None:
            yield from ([stay] for end in ends for stay in _stays([end]))
            continue
        stays = _stays(order)
        for move in flight:
            if move.kind is MoveKind.RELOCATION and not _add_relocation(stays, move):
                yield [Stay(relocations=(move,))]
        yield stays


def _flights(moves: Iterable[Move]) -> Iterator[list[Move]]:
    """Yield the moves of each flight at each station, ordered by time.

    A flight is known by its mission, else by its launch, else by the name of its craft.
    """
    moves = sorted(moves, key=lambda move: (move.when.start, move.when.end, move.event.id))
    missions = grouped((m for m in moves if m.is_mission and m.launch_id), lambda m: m.launch_id)
    flights: dict[tuple[str, str], list[Move]] = {}
    for move in moves:
        crafts = {other.craft for other in missions.get(move.launch_id, ())}
        if not move.is_mission and len(crafts) == 1:
            named = replace(move, craft=crafts.pop(), is_mission=True)
        else:
            named = move
        key = "" if named.is_mission else named.launch_id
        flights.setdefault((named.station.slug, key or named.craft.casefold()), []).append(named)
    for flight in flights.values():
        # Two launches under one name are two craft; a move without a launch can be of either.
        is_one = len({move.launch_id for move in flight if move.launch_id}) < 2
        yield from (
            [flight] if is_one else map(list, grouped(flight, lambda m: m.launch_id).values())
        )


def _ends(flight: list[Move]) -> list[Moves]:
    """Return the arrivals and departures, each with all of its parts."""
    ends: list[Moves] = []
    for move in flight:
        if ends and _are_parts(ends[-1][-1], move):
            ends[-1] += (move,)
        elif move.kind is not MoveKind.RELOCATION:
            ends.append((move,))
    return ends


def _are_parts(move: Move, later: Move) -> bool:
    """Whether two moves of one name are parts of one arrival or departure.

    Without a mission or launch they are if their types differ; else they can be of two craft.
    """
    is_known = later.is_mission or bool(later.launch_id)
    is_soon = later.kind is move.kind and later.when.start - move.when.end <= _ONE_MOVE
    return is_soon and (is_known or later.event.type.id != move.event.type.id)


def _in_order(ends: list[Moves]) -> list[Moves] | None:
    """Return ``ends`` in the order of time; None if that is not known."""
    ends = sorted(ends, key=lambda end: (narrowest(end).start, end[0].event.id))
    if len(ends) == 2 and ends[0][0].kind is not ends[1][0].kind:
        # An arrival and a departure: the one order in which they are a visit, if that is possible.
        arrival, departure = sorted(ends, key=lambda end: end[0].kind)
        is_visit = narrowest(arrival).start < narrowest(departure).end
        return [arrival, departure] if is_visit else [departure, arrival]
    for end, later in pairwise(ends):
        if narrowest(later).start < narrowest(end).end:
            return None
        if not end[0].is_mission and end[0].kind is later[0].kind:
            return None
    return ends


def _stays(ends: list[Moves]) -> list[Stay]:
    """Return the stays that ``ends``, in the order of time, begin and end."""
    stays: list[Stay] = []
    is_open, position = False, 0
    while position < len(ends):
        end, later = ends[position], (*ends[position + 1 : position + 2], Moves())[0]
        position += 1
        if end[0].kind is MoveKind.ARRIVAL:
            stays.append(Stay(arrivals=end))
            is_open = True
        elif _is_relocation(end, later):
            stay = stays.pop() if is_open else Stay()
            stays.append(replace(stay, relocations=stay.relocations + end + later))
            is_open = True
            position += 1
        elif is_open and end[0].when.start - stays[-1].moves[0].when.end <= LONGEST_STAY:
            stays[-1] = replace(stays[-1], departures=end)
            is_open = False
        else:
            stays.append(Stay(departures=end))
            is_open = False
    return stays


def _is_relocation(departure: Moves, later: Moves) -> bool:
    """Whether a flight that departs is back so soon that it only went to another port."""
    is_one_craft = departure[0].is_mission or bool(departure[0].launch_id)
    return (
        is_one_craft
        and bool(later)
        and later[0].kind is MoveKind.ARRIVAL
        and later[0].when.start - departure[-1].when.end <= _ONE_MOVE
    )


def _add_relocation(stays: list[Stay], move: Move) -> bool:
    """Add a relocation to the stay in which it took place; return whether there is one."""
    for position, stay in enumerate(stays):
        first, last = stay.moves[0].when, stay.moves[-1].when
        start = first.start if stay.arrivals else first.start - LONGEST_STAY
        end = last.end if stay.departures else last.end + LONGEST_STAY
        later = stays[position + 1 : position + 2]
        is_next = later and later[0].arrivals and later[0].moves[0].when.start < move.when.end
        if (
            start < move.when.end
            and move.when.start < end
            and not (is_next and not stay.departures)
        ):
            stays[position] = replace(stay, relocations=(*stay.relocations, move))
            return True
    return False
