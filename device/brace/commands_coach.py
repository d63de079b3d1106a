"""Handlers of the commands about the plan and the exercises, and the event that tells of them."""

import struct

from plumbcore import sha256

from brace import audit, cbor
from brace import commands as cmd
from brace.coach import Coach
from brace.commands_log import number
from brace.exercise import engine, library, planned, terms


class CoachCommands:
    """Puts its handlers into the application's wire; `coach` leads the wearer."""

    def __init__(self, app):
        self._app = app
        self.coach = Coach(app, self.tell)
        self.watched = False
        app.session.on_end.append(self._unwatch)
        app.wire.handlers.update(
            {
                cmd.PLAN_GET: self._plan_get,
                cmd.PLAN_SET: self._plan_set,
                cmd.EXERCISE: self._exercise,
            }
        )

    # -- the plan --------------------------------------------------------------------------

    def _plan_get(self, request):
        """What is stored, read back from the flash."""
        raw, _ = self._app.store.load_plan()
        return {
            "plan": raw,
            "sha256": sha256(raw),
            "revision": planned.revision(raw) if raw else 0,
            "exercises": planned.count(raw) if raw else 0,
            "library": library.VERSION,
        }

    def _plan_set(self, request):
        raw = request.get("plan")
        if not isinstance(raw, bytes):
            raise cmd.CommandError(cmd.E_BAD_REQUEST, "plan must be bytes")
        try:
            self.coach.keep(raw)
        except planned.PlanError as error:
            raise cmd.CommandError(cmd.E_BAD_REQUEST, str(error))
        except OSError:
            raise cmd.CommandError(cmd.E_STORAGE, "the plan could not be stored")
        app = self._app
        app.audit.note(audit.PLAN, app.session.role, planned.revision(raw) if raw else 0)
        return self._plan_get(request)

    # -- exercises -------------------------------------------------------------------------

    def _exercise(self, request):
        do = request.get("do", "state")
        if do == "start":
            self._start(request)
        elif do == "skip":
            self.coach.skip()
        elif do == "stop":
            self.coach.stop()
        elif do == "watch":
            self.watched = bool(request.get("on", True))
        elif do != "state":
            say = 'do is "start", "skip", "stop", "watch" or "state"'
            raise cmd.CommandError(cmd.E_BAD_REQUEST, say)
        return self._state(0)

    def _start(self, request):
        if not self._app.pipeline.sensors:
            raise cmd.CommandError(cmd.E_REFUSED, "no sensor works")
        if self._app.calibrator.running:
            raise cmd.CommandError(cmd.E_BUSY, "a calibration is under way")
        row = request.get("row")
        if row is not None:
            self.coach.begin_row(self._row(row))
            return
        first = number(request, "from", 0, 0, planned.MAX_ITEMS - 1)
        count = number(request, "count", planned.MAX_ITEMS, 1, planned.MAX_ITEMS)
        if not self.coach.begin(first, count):
            raise cmd.CommandError(cmd.E_REFUSED, "the plan here has no such exercise")

    def _row(self, raw):
        head = struct.pack(planned.HEAD, planned.FORMAT, 1, 0)
        try:
            planned.check(head + raw)
        except (planned.PlanError, TypeError) as error:
            raise cmd.CommandError(cmd.E_BAD_REQUEST, str(error))
        return planned.row(head + raw, 0)

    def _state(self, said):
        run = self._app.pipeline.exercises
        here = run.exercise if run.on else None
        return {
            "on": self.coach.on,
            "state": engine.STATES[run.state],
            "exercise": here[library.ID] if here else 0,
            "set": run.set_number + 1 if here else 0,
            "sets": run.sets if here else 0,
            "done": run.results.done,
            "good": run.results.good,
            "ended": terms.END_NAMES[run.ended],
            "said": said,
            "block": run.blocks,
        }

    def _unwatch(self):
        self.watched = False

    def tell(self, said):
        """Tells a host that watches."""
        if self.watched:
            self._app.wire.event(cmd.EXERCISE, cbor.dumps(self._state(said)))
