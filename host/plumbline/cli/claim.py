"""plumbline claim."""

from __future__ import annotations

from plumbline.cli import common


@common.command(name="claim")
@common.several_braces
@common.yes_option
@common.json_option
def command(device, everything, jobs, yes, as_json) -> None:
    """Make braces the clinic's: they obey and show data to its key alone.

    The brace agrees on a secret with the clinic's key (no secret goes over the cable).  Do this
    on a computer and cable that you trust.  A brace that an older key of this clinic claimed is
    claimed anew.  The key opens everything the brace records from then on: without it, or a
    backup of it, that is lost.
    """
    from plumbline import fleet
    from plumbline.cli.keys import LOSING
    from plumbline.errors import UsageError
    from plumbline.trust.claiming import claim_brace
    from plumbline.trust.keys import Keys

    keys = Keys()
    key = keys.current()
    if key is None:
        raise UsageError("this computer has no clinic's key", "Make one: plumbline keys create")
    found = common.chosen(device, everything)
    if not key.backed_up:
        common.say(LOSING)
        common.agree(f"The key {key.id} has no backup. Claim braces with it all the same?", yes)

    def claim(one):
        with common.connect(one, strict=False) as brace:
            claim_brace(brace, keys)
            return brace.identity.serial

    # One after the other: each notes the brace in the register of keys.
    outcomes = fleet.run(found, claim, 1)
    if as_json:
        rows = [{"name": o.item.name, "serial": o.result, "key": key.id,
                 "error": str(o.error) if o.error else None} for o in outcomes]  # fmt: skip
        common.emit_json("claim", {"braces": rows})
    for outcome in outcomes:
        common.say(f"{outcome.item.name}: {outcome.error or f'claimed by the key {key.id}'}")
    fleet.check(outcomes)
