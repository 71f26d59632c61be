// An empty table of ICU data, as in ICU's own stubdata.cpp. Linked statically, it takes the place of the 34 MB in Swift's lib_FoundationICU.a,
// whose object file has no other symbol. Decision 32 says what that costs. A Swift with another version of ICU just keeps its data.

#include <stdint.h>

struct ICUData {
    uint16_t headerSize;
    uint8_t magic[2];
    struct {
        uint16_t size;
        uint16_t reserved;
        uint8_t isBigEndian;
        uint8_t charsetFamily;
        uint8_t sizeOfUChar;
        uint8_t reservedByte;
        uint8_t dataFormat[4];
        uint8_t formatVersion[4];
        uint8_t dataVersion[4];
    } info;
    char padding[8];
    uint32_t count;
    uint32_t reserved;
};

_Alignas(16) const struct ICUData icudt76_dat = {
    .headerSize = 32,
    .magic = {0xda, 0x27},
    .info = {
        .size = 20,
        .isBigEndian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__,
        .sizeOfUChar = 2,
        .dataFormat = {'T', 'o', 'C', 'P'},
        .formatVersion = {1},
    },
};
