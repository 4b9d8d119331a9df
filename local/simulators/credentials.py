"""What the simulated vendors accept, laid out as the members of each vendor's secret in Secrets Manager.

All of it is invented. eSign's and CTyun's are those of the signature vectors that the tests restate.
"""

JUHE = {
    "captcha_key": "00000000000000000000000000271001",  # Juhe sells a key for each of its interfaces
    "plate_key": "00000000000000000000000000271101",
}
ETOPLIVE = {"key": "simulated-etoplive-key", "secret": "simulated-etoplive-secret"}
ESIGN = {"app_id": "7438000001", "app_secret": "0123456789abcdef0123456789abcdef"}
CTYUN = {
    "app_key": "11112222333344445555666677778888",
    "app_secret": "aaaabbbbccccddddeeeeffff00001111",
    "general_code": "2abcdefghijk",
    "idcard_code": "2bcdefghijkl",
    "plate_code": "2cdefghijklm",
}
CTYUN_EOP = {"ak": "test-ak", "sk": "test-sk"}  # for the newer gateway, which signs with a pair of its own
