def run():
    print("plumbline")
