"""Putting firmware on braces: what to do (`plan`) apart from doing it (`execute`).

    for target in targets.select(patterns, everything):
        step = plan.plan(target, image, options)
        result = execute.execute(step, image)
"""
