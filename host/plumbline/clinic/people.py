"""A person's folder: profile, plans, proposals, diary, audit.  People go by pseudonym only.

    <store>/people/P7K2/profile.toml     who treats them, what to mind, which braces they wear
                        plan.toml        the plan in force
                        plans/0003.toml  every revision that was ever in force
                        review.json      proposals that wait for a decision
                        diary.jsonl      questionnaires and what else the person told
                        audit.jsonl      decisions
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from plumbline.clinic import tomlfile
from plumbline.clinic.audit import Audit
from plumbline.clinic.conditions import CONDITIONS
from plumbline.clinic.diary import Diary
from plumbline.clinic.plan import Plan
from plumbline.clinic.tomlfile import Field
from plumbline.errors import Refused, UsageError
from plumbline.files import write_atomic

FORMAT = 1
_PSEUDONYM = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}")
_THERAPIST = {
    "name": Field(str, required=True, low=2, high=80),
    "role": Field(str, high=80, default=""),
    "contact": Field(str, high=120, default=""),
}
_PROFILE = {
    "plumbline_person": Field(int, required=True, choices=(FORMAT,)),
    "pseudonym": Field(str, required=True, low=1, high=32),
    "conditions": Field(list, items=Field(str, choices=tuple(CONDITIONS)), default=[]),
    "braces": Field(list, items=Field(str, low=1, high=16), default=[]),
    "therapist": Field(list, required=True, low=1, default=[]),
    "contacts": Field(dict, default={}),
    "about": Field(str, high=2000),
}
_CONTACTS = {"emergency": Field(str, high=120), "doctor": Field(str, high=120)}


@dataclass(frozen=True)
class Therapist:
    """Somebody who may decide."""

    name: str
    role: str = ""
    contact: str = ""


@dataclass(frozen=True)
class Profile:
    """What a plan has to know of a person; no name, no address."""

    pseudonym: str
    therapists: tuple[Therapist, ...]
    conditions: list[str] = field(default_factory=list)
    braces: list[str] = field(default_factory=list)
    contacts: dict[str, str] = field(default_factory=dict)
    about: str | None = None

    @classmethod
    def parse(cls, text: str, name: str = "profile.toml") -> Profile:
        """Raises FileProblems."""
        values, checker = tomlfile.parse(text, name)
        top = checker.table((), "the profile", _PROFILE, values)
        contacts = checker.table(("contacts",), "contacts", _CONTACTS, top["contacts"])
        therapists = []
        for i, row in enumerate(top["therapist"]):
            good = checker.table(("therapist", i), f"therapist {i + 1}", _THERAPIST, row)
            therapists.append(Therapist(**good))
        if top["pseudonym"] and not _PSEUDONYM.fullmatch(top["pseudonym"]):
            checker.say(("pseudonym",), f"pseudonym = {top['pseudonym']!r} has other characters",
                        "Use letters, digits and '-' only")  # fmt: skip
        tomlfile.finish(checker, name)
        return cls(top["pseudonym"], tuple(therapists), top["conditions"], top["braces"],
                   {k: v for k, v in contacts.items() if v}, top["about"])

    def text(self) -> str:
        """The profile as TOML."""
        lines = ["# A person's profile; docs/plan.md explains every key.  No names of patients.",
                 *tomlfile.lines_of({"plumbline_person": FORMAT, "pseudonym": self.pseudonym,
                                     "conditions": self.conditions, "braces": self.braces,
                                     "about": self.about})]  # fmt: skip
        if self.contacts:
            lines += ["", "[contacts]", *tomlfile.lines_of(self.contacts)]
        for one in self.therapists:
            lines += ["", "[[therapist]]", *tomlfile.lines_of(vars(one))]
        return "\n".join(lines) + "\n"

    def therapist(self, name: str) -> Therapist:
        """The therapist of this name.  Raises Refused: nobody else may decide."""
        for one in self.therapists:
            if one.name.casefold() == name.strip().casefold():
                return one
        known = ", ".join(one.name for one in self.therapists)
        raise Refused(f"{name!r} is no therapist of {self.pseudonym}",
                      f"Give one of: {known}; or add them to the profile")


class Person:
    """A person's folder.  `people` is the folder of all of them."""

    def __init__(self, folder: Path):
        self.folder = folder
        path = folder / "profile.toml"
        if not path.is_file():
            raise UsageError(f"there is no person {folder.name!r}",
                             "Make one with `plumbline plan person`")
        self.profile = Profile.parse(path.read_text(encoding="utf-8"), str(path))
        self.audit = Audit(folder / "audit.jsonl")
        self.diary = Diary(folder / "diary.jsonl", self.profile.pseudonym)

    @classmethod
    def create(cls, people: Path, profile: Profile) -> Person:
        """Makes a person's folder.  Raises UsageError when there is one of that pseudonym."""
        text = profile.text()
        Profile.parse(text)
        folder = people / profile.pseudonym
        if (folder / "profile.toml").exists():
            raise UsageError(f"there is a person {profile.pseudonym!r} already",
                             "Choose another pseudonym, or edit their profile.toml")
        write_atomic(folder / "profile.toml", text.encode())
        return cls(folder)

    @property
    def pseudonym(self) -> str:
        return self.profile.pseudonym

    def plan(self) -> Plan | None:
        """The plan in force (or stopped), None before the first."""
        path = self.folder / "plan.toml"
        return Plan.read(path) if path.exists() else None

    def put_in_force(self, plan: Plan) -> None:
        """Stores a plan as the one in force, and among the revisions.  Raises Refused unless it
        may take effect, or is stopped."""
        if plan.person != self.pseudonym:
            raise Refused(f"the plan is for {plan.person}, not for {self.pseudonym}",
                          "Take the plan of this person")
        if not plan.stopped:
            plan.check_effective()
        plan.write(self.folder / "plans" / f"{plan.revision:04}.toml")
        plan.write(self.folder / "plan.toml")


def everyone(people: Path) -> list[Person]:
    """All people of a store, by pseudonym."""
    return [Person(path.parent) for path in sorted(people.glob("*/profile.toml"))]


def find(people: Path, pseudonym: str | None) -> Person:
    """The person meant; without a pseudonym the only one there is.  Raises UsageError."""
    if pseudonym:
        if not _PSEUDONYM.fullmatch(pseudonym):
            raise UsageError(f"{pseudonym!r} cannot be a pseudonym",
                             "Use letters, digits and '-' only")
        return Person(people / pseudonym)
    names = [path.parent.name for path in sorted(people.glob("*/profile.toml"))]
    if len(names) == 1:
        return Person(people / names[0])
    if not names:
        raise UsageError("there is no person yet", "Make one with `plumbline plan person`")
    raise UsageError(f"there are {len(names)} people", f"Say --person: {', '.join(names)}")


def wearing(people: Path, serial: str) -> Person | None:
    """Whose profile names the brace with this serial number."""
    return next((p for p in everyone(people) if serial in p.profile.braces), None)
