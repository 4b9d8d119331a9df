"""What the gateway's makers run on their own machine; nothing in here is deployed.

    cloud        an AWS on this machine, and the stack in it
    simulators   the vendors, as their documents describe them
    samples      pictures of documents that nobody holds, with the truth that is printed on them
    accuracy     what a record made in this process got right, and how that is counted
    generate     every file that is made from the code
    scaffold     the first files of one more product or vendor
    bench        what a call costs, beside a naive function
    trials       the promises, tried at length

Beside them stand the commands that `make` runs: up, down, demo, doctor, redrive, score, evaluate, extract.
"""
