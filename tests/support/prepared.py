"""Keys that tests need many of, where making one takes seconds: the slow part is made already."""

from cryptography.hazmat.primitives.asymmetric import dsa

_P = (
    "de1f4e744efbccb4312ca02031774e858eb843d1871deab1e42981a4b06d1e266003130fe3af5e73c6f65d69"
    "5af81b1d02d0ff174b3d22ff64283e08a0af7d8b38fd3a97f573af6d5117fa3fbf66f51c4586cb31ffed3fb3"
    "51c2f41bfa73873d2c190f9975b50ed947a20462a5baf666d7772e7f2f400a57bc2398ec7f1eebd411ed7855"
    "3237c5c60388ea880cf84e5d09e51dcb38b79d4ab89ce06e0afd9ca8aa88deb48736fb5e9d25011adda8b7f5"
    "80ae6717f85628031e50d500564c516fc241f90489c023b2417f46f4292d42a70597f1a6d4e83c1e34f93dba"
    "49ae062d9253172a674eafa0ee45b621df5f4e9e4215944289794588be6985ab1a32e137"
)
_Q = "e4174e85c8d8a7cb3b9f2e78e812dfa677f4835f9e546ba34eeb6c82ca2afcc5"
_G = (
    "cfed1141a0358f237de99c0fcb3824d908ba44207e51f160ed4a39ad12bbbc04581b4d829a08c55cfc15e945"
    "d419f43cb4af7d0e45ec81e4431ff947f3f2b251266778f7c6b057c41a84dfd9a747bd51dfc4477d63398c7e"
    "572db0bbdaad58a3108dbddab6e0ffe90d708842761913cb57f4fba6edba03f60fe67eea9d59c2fb69b73229"
    "b8a39acc674d9c0403494712fdda9a4b3a7161374bbc66664ec9eb7c3b275a7f490b6f31d52987d701d138eb"
    "8243299dcae948dc8fea68693138ce1843c277c2404e3bb62945895b00e1fa618f8aac22b40518bfa186245a"
    "d7258e31a2e44b8741e82afde6f3f0c7de55916809d8d80fa97f927874e5c1180da76547"
)
_PARAMETERS = dsa.DSAParameterNumbers(int(_P, 16), int(_Q, 16), int(_G, 16)).parameters()
"""A group of 2048 bits, made once by the library: of a test's key only the number is secret."""


def dsa_key():
    """Return a new DSA key of 2048 bits."""
    return _PARAMETERS.generate_private_key()
