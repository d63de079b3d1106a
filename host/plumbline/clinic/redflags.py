"""Signs that need a doctor, not an exercise: the questions, and whom to call.

The list follows the signs that back-pain guidelines name for serious causes (cauda equina,
fracture, infection, cancer: e.g. Finucane et al. 2020, International Framework for Red Flags,
JOSPT 50:350).  It asks and stops; it neither finds nor rules out a disease.
"""

from __future__ import annotations

from dataclasses import dataclass

NOW = "now"
SOON = "soon"


@dataclass(frozen=True)
class Question:
    """key: what is stored; asks: the question; when: NOW for an emergency, SOON for a doctor
    within a day."""

    key: str
    asks: str
    when: str


QUESTIONS = (
    Question("saddle", "Numbness between the legs or around the back passage?", NOW),
    Question("bladder", "New trouble holding or passing urine, or holding stools?", NOW),
    Question("weakness", "A leg, or both, getting weaker, or a foot that drops?", NOW),
    Question("trauma", "Strong back pain after a fall, a blow or an accident?", NOW),
    Question("fever", "Fever or feeling ill together with the back pain?", SOON),
    Question("cancer", "Cancer now or before, or weight lost without trying?", SOON),
    Question("night", "Constant pain that no position eases, also at night?", SOON),
    Question("bone", "New strong pain, with brittle bones or long use of steroids?", SOON),
)
KEYS = tuple(question.key for question in QUESTIONS)


def advice(keys: list[str], contacts: dict[str, str]) -> str:
    """What to do now that these were answered with yes.  contacts: of the person's profile."""
    urgent = [q for q in QUESTIONS if q.key in keys and q.when == NOW]
    if urgent:
        number = contacts.get("emergency") or (
            "your emergency number (112 in Europe, 911 in North America, 999 in the UK)"
        )
        return f"Stop exercising and call {number} now. Do not wait for your therapist."
    doctor = contacts.get("doctor") or "your doctor"
    return f"Stop exercising and call {doctor} today. Tell your therapist as well."
