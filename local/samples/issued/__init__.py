"""Forms as they are issued: labels and values where the real form has them, in type like its type.

Written from the standards (GA 36, 37, 482, 490, 801, GB/T 31290, ICAO 9303), the tax administration's notices on
invoice forms and published specimens; towns, people and numbers are invented. Rules of extraction may be made with
these in sight; what they are worth is told by `local.samples.unseen`.
"""
