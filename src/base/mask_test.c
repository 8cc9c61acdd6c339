#include "base/mask.h"

#include "base/test.h"
#include "base/utf8.h"

static bool gives(MaskKind kind, const char *value, const char *expected) {
    struct arena arena;
    arena_init(&arena, 1024);
    Slice got = mask_copy(kind, slice_of(value), &arena);
    CHECK_THAT(slice_is(got, expected), "'%s' as %s gives '%.*s', not '%s'", value,
               mask_kind_name(kind), SLICE_ARGS(got), expected);
    arena_deinit(&arena);
    return true;
}

static bool test_numbers(void) {
    CHECK(gives(MASK_PHONE, "13812341234", "138****1234"));
    CHECK(gives(MASK_PHONE, "0571-87654321", "057******4321"));
    CHECK(gives(MASK_IDENTITY, "33010619900307123X", "330***********123X"));
    CHECK(gives(MASK_CARD, "6222021202012345678", "622202*********5678"));
    CHECK(gives(MASK_ACCOUNT, "1202022719800012345", "1202***********2345"));
    CHECK(gives(MASK_DEVICE, "0f3a9c7be1d2", "0f3a****e1d2"));
    return true;
}

static bool test_short_values_are_hidden_as_a_whole(void) {
    CHECK(gives(MASK_PHONE, "", ""));
    CHECK(gives(MASK_PHONE, "1", "*"));
    CHECK(gives(MASK_PHONE, "1381234", "*******"));
    CHECK(gives(MASK_PHONE, "1381234567", "**********"));
    CHECK(gives(MASK_CARD, "6222021234567", "*************"));
    CHECK(gives(MASK_CARD, "62220212345678", "622202****5678"));
    CHECK(gives(MASK_ALL, "x", "****"));
    CHECK(gives(MASK_ALL, "a long text", "****"));
    return true;
}

static bool test_names(void) {
    CHECK(gives(MASK_NAME, "王小明", "王**"));
    CHECK(gives(MASK_NAME, "王明", "王*"));
    CHECK(gives(MASK_NAME, "王", "*"));
    CHECK(gives(MASK_NAME, "欧阳娜娜", "欧***"));
    CHECK(gives(MASK_NAME, "𠮷田", "𠮷*"));
    CHECK(gives(MASK_NAME, "Li Na", "L****"));
    CHECK(gives(MASK_EMAIL, "wangxiaoming@example.cn", "w****@example.cn"));
    CHECK(gives(MASK_EMAIL, "w@example.cn", "****"));
    CHECK(gives(MASK_EMAIL, "no address", "****"));
    return true;
}

static bool test_addresses(void) {
    CHECK(gives(MASK_ADDRESS, "浙江省杭州市西湖区文三路1号", "浙江省杭州市****"));
    CHECK(gives(MASK_ADDRESS, "北京市朝阳区建国路1号", "北京市****"));
    CHECK(gives(MASK_ADDRESS, "内蒙古自治区呼和浩特市新城区", "内蒙古自治区呼和浩特市****"));
    CHECK(gives(MASK_ADDRESS, "云南省大理白族自治州大理市", "云南省大理白族自治州****"));
    CHECK(gives(MASK_ADDRESS, "香港特别行政区中环", "香港特别行政区****"));
    CHECK(gives(MASK_ADDRESS, "浙江省海盐县武原镇", "浙江省****"));
    CHECK(gives(MASK_ADDRESS, "增城市荔城镇", "增城市****"));
    // No region in front: nothing stays, and "城市" in the name of a house is no city.
    CHECK(gives(MASK_ADDRESS, "文三路城市花园3幢", "****"));
    CHECK(gives(MASK_ADDRESS, "1号楼城市", "****"));
    CHECK(gives(MASK_ADDRESS, "浙江杭州", "****"));
    CHECK(gives(MASK_ADDRESS, "市", "****"));
    return true;
}

static bool test_what_stays_can_be_printed(void) {
    CHECK(gives(MASK_PHONE, "1\n812341234", "1*8****1234"));
    CHECK(gives(MASK_PHONE, "1\n81234123", "**********"));
    CHECK(gives(MASK_PHONE,
                "\xff\x80"
                "8123412345",
                "**8*****2345"));
    CHECK(gives(MASK_NAME, "\xe7\x8e", "**"));
    CHECK(gives(MASK_NAME, "\xe2\x80\xae王", "**"));
    CHECK(gives(MASK_EMAIL, "wang@exa\nmple.cn", "****"));
    CHECK(gives(MASK_ADDRESS, "浙\n江省", "****"));
    return true;
}

// Of no value more stays than the rule says, and what comes out is UTF-8.
static bool test_every_kind_on_every_length(void) {
    struct buf value;
    struct buf out;
    for (int kind = 0; kind < MASK_KIND_COUNT; kind++) {
        buf_init(&value, 4096);
        buf_init(&out, 4096);
        for (int size = 0; size < 100; size++) {
            buf_reset(&out);
            mask_put((MaskKind)kind, buf_slice(&value), &out);
            Slice text = buf_slice(&out);
            CHECK(utf8_invalid_at(text) == text.size);
            size_t stars = 0;
            for (size_t i = 0; i < text.size; i++) {
                stars += text.at[i] == '*';
            }
            CHECK_THAT(size == 0 ||
                           stars >= (size < MASK_HIDDEN_MIN ? 1u : (size_t)MASK_HIDDEN_MIN) ||
                           kind == MASK_NAME,
                       "%d of %s", size, mask_kind_name((MaskKind)kind));
            CHECK(stars <= MASK_STARS_MAX + 1);
            buf_put(&value, SLICE("钱"));
        }
        buf_deinit(&value);
        buf_deinit(&out);
    }
    return true;
}

static bool test_names_of_kinds(void) {
    MaskKind kind;
    for (int i = 0; i < MASK_KIND_COUNT; i++) {
        CHECK(mask_kind_parse(slice_of(mask_kind_name((MaskKind)i)), &kind) && kind == (MaskKind)i);
        CHECK(strlen(mask_kind_text(kind)) > 5);
    }
    CHECK(!mask_kind_parse(SLICE("phones"), &kind) && !mask_kind_parse(SLICE(""), &kind));
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_numbers),
        TEST(test_short_values_are_hidden_as_a_whole),
        TEST(test_names),
        TEST(test_addresses),
        TEST(test_what_stays_can_be_printed),
        TEST(test_every_kind_on_every_length),
        TEST(test_names_of_kinds),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
