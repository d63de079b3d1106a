"""The clinic's side: exercises, plans, progression, questionnaires, screen, change and its limits.

A training and measurement aid, not a diagnosis: every rule here proposes, a named therapist
decides.

    people.py       a person's folder: profile, plans, diary, audit
    exercises.py    what the host knows of each exercise beside brace.exercise.library
    plan.py         the plan file and what of it goes to the brace
    progress.py     proposals from quality, tolerance, adherence and pain
    decide.py       approval, override, lock, stop; nothing takes effect without it
    proms.py        questionnaires and the diary
    change.py       minimal detectable changes, and what may be called a change
"""
