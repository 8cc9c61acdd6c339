#include "expr/expr_test.h"

#include <math.h>

static bool check_standard(const struct test_case *cases, size_t count) {
    static const struct test_variable variables[] = {
        {"i", TYPE(INT), "7", NULL},
        {"x", TYPE(DYN), "'text'", NULL},
        {"unset", TYPE(INT), NULL, NULL},
        {"a.b.c", TYPE(INT), "1", NULL},
        {"a.b", TYPE(DYN), "{'c': 2, 'd': 3}", NULL},
    };
    struct fixture fixture;
    fixture_init(&fixture, EXPR_STANDARD, variables, sizeof variables / sizeof variables[0]);
    bool all_good = fixture_check(&fixture, cases, count);
    fixture_deinit(&fixture);
    return all_good;
}

#define RUN(cases) CHECK(check_standard(cases, sizeof cases / sizeof cases[0]))

static bool test_numbers(void) {
    static const struct test_case cases[] = {
        {"1 + 2 * 3", "7"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"9223372036854775808", "EX003 1:1"},
        {"-9223372036854775809", "EX003 1:1"},
        {"18446744073709551615u", "18446744073709551615u"},
        {"18446744073709551616u", "EX003 1:1"},
        {"0xFFu", "255u"},
        {"-0x10", "-16"},
        {"1e3", "1000.0"},
        {".5 + 1.", "EX001 1:8"},
        {"1e999", "EX003 1:1"},
        {"9223372036854775807 + 1", "error"},
        {"-(-9223372036854775808)", "error"},
        {"0u - 1u", "error"},
        {"1 / 0", "error"},
        {"1.0 / 0.0", "double(\"Infinity\")"},
        {"7 / -2", "-3"},
        {"7 % -2", "1"},
        {"1 + 1u", "EX012 1:3"},
        {"1 < 2u && 1u < 1.5 && 2.5 > 2", "true"},
        {"1 == 1.0", "EX012 1:3"},
        {"dyn(1) == 1.0", "true"},
        {"dyn(1u) == 1", "true"},
        {"dyn(9007199254740993) == 9007199254740993u", "true"},
        {"int(-1.99)", "-1"},
        {"int(9.3e18)", "error"},
        {"uint(-1)", "error"},
        {"uint(3.9)", "3u"},
        {"int('12')", "12"},
        {"int('1.5')", "error"},
        {"int(18446744073709551615u)", "error"},
        {"double('1e-3')", "0.001"},
        {"double('x')", "error"},
        {"string(1.5e300)", "\"1.5e+300\""},
        {"string(100000.0)", "\"100000\""},
        {"string(0.1)", "\"0.1\""},
        {"string(-0.0)", "\"-0\""},
        {"int(timestamp('1970-01-01T00:01:00Z'))", "60"},
        {"bool('TRUE') && !bool('f')", "true"},
        {"bool('yes')", "error"},
        {"type(1) == int && type(1u) == uint && type(type(1)) == type", "true"},
        {"type(dyn)", "EX010 1:6"},
    };
    RUN(cases);
    return true;
}

static bool test_logic(void) {
    static const struct test_case cases[] = {
        {"true || 1 / 0 == 1", "true"},
        {"1 / 0 == 1 || true", "true"},
        {"1 / 0 == 1 && false", "false"},
        {"1 / 0 == 1 && true", "error"},
        {"1 / 0 == 1 || false", "error"},
        {"false || false || 1 / 0 == 1 || true", "true"},
        {"true ? 1 : 1 / 0", "1"},
        {"1 / 0 == 1 ? 1 : 2", "error"},
        {"dyn('x') || true", "true"},
        {"dyn('x') && true", "error"},
        {"'x' || true", "EX012 1:5"},
        {"!true", "false"},
        {"!!true", "true"},
        {"unset == 1", "error"},
        {"unset == 1 || true", "true"},
        {"true ? 1 : 'a'", "EX012 1:1"},
        {"[1, 2, 0].exists(x, 4 / x == 4)", "true"},
        {"[2, 1, 0].exists(x, 4 / x == 9)", "error"},
        {"[0, 2].all(x, 4 / x == 9)", "false"},
        {"[1, 1, 0].exists_one(x, 4 / x == 2)", "error"},
    };
    RUN(cases);
    return true;
}

static bool test_texts(void) {
    static const struct test_case cases[] = {
        {"'a' + \"b\" + '''c\n''' + r'\\n'", "\"abc\\n\\\\n\""},
        {"'\\u4f60\\x41\\101'", "\"你AA\""},
        {"b'\\xff\\101' == b'\\377A'", "true"},
        {"b'\\u0041'", "EX002 1:3"},
        {"'\\ud800'", "EX002 1:2"},
        {"'\\q'", "EX002 1:2"},
        {"'abc", "EX002 1:1"},
        {"'a\nb'", "EX002 1:1"},
        {"size('你好')", "2"},
        {"'你好'.size()", "2"},
        {"size(b'\\xe4\\xbd')", "2"},
        {"bytes('你').size()", "3"},
        {"string(b'\\xff')", "error"},
        {"'abc'.contains('bc') && 'abc'.startsWith('a') && 'abc'.endsWith('')", "true"},
        {"'abc'.matches('^a.c$')", "true"},
        {"matches('xaby', 'ab')", "true"},
        {"'a\\n'.matches('a$')", "false"},
        {"'a'.matches('(')", "error"},
        {"'a'.matches(string(1) + '(')", "error"},
        {"'你好吗'.charAt(1)", "\"好\""},
        {"'abc'.charAt(3)", "\"\""},
        {"'abc'.charAt(4)", "error"},
        {"'abc'.charAt(-1)", "error"},
        {"'hello mellow'.indexOf('ello', 2)", "7"},
        {"'hello mellow'.indexOf('', 2)", "2"},
        {"'hello mellow'.lastIndexOf('ello')", "7"},
        {"'hello mellow'.lastIndexOf('ello', 6)", "1"},
        {"'hello'.lastIndexOf('')", "5"},
        {"''.lastIndexOf('')", "0"},
        {"'你好你好吗'.lastIndexOf('你好')", "2"},
        {"'你好你好吗'.lastIndexOf('你好', 1)", "0"},
        {"'ab'.lastIndexOf('abc')", "-1"},
        {"'hello mellow'.lastIndexOf('ello', -1)", "error"},
        {"'hello'.substring(2, 1)", "error"},
        {"'hello hello hello'.split(' ', 0)", "[]"},
        {"'hello hello hello'.split(' ', 1)", "[\"hello hello hello\"]"},
        {"'hello hello hello'.split(' ', 2)", "[\"hello\", \"hello hello\"]"},
        {"'a,b,'.split(',')", "[\"a\", \"b\", \"\"]"},
        {"''.split(',')", "[\"\"]"},
        {"'你好'.split('')", "[\"你\", \"好\"]"},
        {"'abc'.split('', 2)", "[\"a\", \"bc\"]"},
        {"'hello hello'.replace('he', 'we', 1)", "\"wello hello\""},
        {"'hello hello'.replace('he', 'we', 0)", "\"hello hello\""},
        {"'ab'.replace('', '-')", "\"-a-b-\""},
        {"'ab'.replace('', '-', 2)", "\"-a-b\""},
        {"'abc'.reverse() + '你好'.reverse()", "\"cba好你\""},
        {"['a', 'b'].join('-')", "\"a-b\""},
        {"[dyn('a'), dyn(1)].join()", "error"},
        {"'\\u00a0 x\\u3000'.trim()", "\"x\""},
        {"strings.quote('a\"b')", "\"\\\"a\\\\\\\"b\\\"\""},
        {"base64.encode(b'hello') + base64.encode(b'') + base64.encode(b'a')",
         "\"aGVsbG8=YQ==\""},
        {"base64.decode('aGVsbG8=') == base64.decode('aGVsbG8')", "true"},
        {"base64.decode('a')", "error"},
        {"base64.decode('a?==')", "error"},
    };
    RUN(cases);
    return true;
}

static bool test_format(void) {
    static const struct test_case cases[] = {
        {"'%d|%x|%X|%o|%b'.format([-10, -255, 255u, 8, -5])", "\"-10|-ff|FF|10|-101\""},
        {"'%.2f|%.0f|%e|%.1e'.format([3.14159, 2.5, 1052.032911275, -3.14])",
         "\"3.14|2|1.052033e+03|-3.1e+00\""},
        {"'%s %s %s'.format([duration('1.5s'), b'a\\xff\\xfeb', [1, 'a', null]])",
         "\"1.5s a\xef\xbf\xbd" "b [1, a, null]\""},
        {"'%s'.format([{'b': 1, 'a': {2: true}}])", "\"{a: {2: true}, b: 1}\""},
        {"'%s %d'.format([1e25, 2.5])", "\"10000000000000000905969664 2.5\""},
        {"'%x'.format(['ab'])", "\"6162\""},
        {"'%d'.format(['a'])", "error"},
        {"'%'.format([1])", "error"},
        {"'%.f'.format([1.0])", "error"},
        {"'%q'.format([1])", "error"},
        {"'%s'.format([])", "error"},
        {"'%%'.format([])", "\"%\""},
        {"'a'.format([1])", "\"a\""},
    };
    RUN(cases);
    return true;
}

static bool test_times(void) {
    static const struct test_case cases[] = {
        {"timestamp('2024-02-29T12:00:00.5+08:00')", "timestamp(\"2024-02-29T04:00:00.5Z\")"},
        {"timestamp('2023-02-29T12:00:00Z')", "error"},
        {"timestamp('2023-02-28')", "error"},
        {"timestamp(0) + duration('1h1m1s1ms')", "timestamp(\"1970-01-01T01:01:01.001Z\")"},
        {"timestamp(1) - timestamp(2)", "duration(\"-1s\")"},
        {"duration('-1.5s')", "duration(\"-1.5s\")"},
        {"duration('1h30m') == duration('90m')", "true"},
        {"duration('1.5h') == duration('90m')", "true"},
        {"duration('1')", "error"},
        {"duration('')", "error"},
        {"duration('0')", "duration(\"0s\")"},
        {"duration('300000h') + duration('300000h') < duration('2500000h')", "true"},
        {"duration('3000000h')", "error"},
        {"timestamp('9999-12-31T23:59:59Z') + duration('1s')", "error"},
        {"timestamp('2024-03-01T00:00:00Z').getDayOfYear()", "60"},
        {"timestamp('2024-03-03T00:00:00Z').getDayOfWeek()", "0"},
        {"timestamp('2024-03-03T23:00:00Z').getDate('+02:00')", "4"},
        {"timestamp('2024-03-03T23:00:00Z').getHours('02:30')", "1"},
        {"timestamp('2024-03-03T23:00:00Z').getHours('-2:30')", "20"},
        {"timestamp('2024-03-03T23:00:00Z').getHours('Mars/Base')", "error"},
        {"timestamp('1969-12-31T23:59:59.25Z').getMilliseconds()", "250"},
        {"duration('3h5m').getMinutes()", "185"},
        {"duration('-90s').getMinutes()", "-1"},
        {"timestamp(1) < timestamp(2)", "true"},
        {"timestamp(1) < duration('1s')", "EX012 1:14"},
    };
    RUN(cases);
    return true;
}

static bool test_containers(void) {
    static const struct test_case cases[] = {
        {"[1, 2] + [3]", "[1, 2, 3]"},
        {"[1, 2,]", "[1, 2]"},
        {"{'a': 1, 'b': 2,}", "{\"a\": 1, \"b\": 2}"},
        {"{'a': 1}.a", "1"},
        {"{'a': 1}.b", "error"},
        {"dyn('text').field", "error"},
        {"optional.of({'a': 1}).b", "optional.none()"},
        {"optional.of(dyn(1)).b", "error"},
        {"{'a-b': 1}.`a-b`", "1"},
        {"has({'a': 1}.b)", "false"},
        {"{1: 'x'}[dyn(1.0)]", "\"x\""},
        {"{1: 'x'}[dyn(1u)]", "\"x\""},
        {"{1.5: 1}", "EX014 1:2"},
        {"{dyn(1.5): 1}", "error"},
        {"{'a': 1, 'a': 2}", "error"},
        {"{1: 1, 1u: 2}", "error"},
        {"[1, 2][-1]", "error"},
        {"[1, 2][dyn(1u)]", "2"},
        {"[1, 2][dyn(1.0)]", "2"},
        {"[1, 2][dyn(0.5)]", "error"},
        {"[1, 2][dyn(0.0 / 0.0)]", "error"},
        {"[1, 2][?dyn(1e17)]", "optional.none()"},
        {"[1, 2]['a']", "EX012 1:1"},
        {"1 in [1, 2] && !('c' in {'a': 1})", "true"},
        {"dyn(1.0) in [1, 2]", "true"},
        {"[1, [2]] == [1.0, [2u]]", "true"},
        {"{'a': 1} == {'a': 1.0}", "EX012 1:10"},
        {"[0.0 / 0.0] == [0.0 / 0.0]", "false"},
        {"size({'a': 1}) + [1].size()", "2"},
        {"a.b.c", "1"},
        {"a.b.d", "3"},
        {"a.b['c']", "2"},
        {"[1, 2, 3, 4].slice(1, 3)", "[2, 3]"},
        {"[1, 2].slice(1, 3)", "error"},
        {"[[1, [2]], [3]].flatten()", "[1, [2], 3]"},
        {"[[1, [2]], [3]].flatten(2)", "[1, 2, 3]"},
        {"[1, 2.0, 1u, 2].distinct()", "[1, 2.0]"},
        {"[3, 1, 2].sort()", "[1, 2, 3]"},
        {"[3, dyn('a')].sort()", "error"},
        {"[3.0, 0.0 / 0.0, 1.0, 0.0 / 0.0, 2.0, -1.0 / 0.0].sort()",
         "[double(\"-Infinity\"), 1.0, 2.0, 3.0, double(\"NaN\"), double(\"NaN\")]"},
        {"['ccc', 'a', 'bb'].sortBy(x, size(x))", "[\"a\", \"bb\", \"ccc\"]"},
        {"[1, 2].reverse()", "[2, 1]"},
        {"lists.range(3)", "[0, 1, 2]"},
        {"[1, 2].first().value() + [1, 2].last().value()", "3"},
        {"sets.contains([1, 2.0, 3u], [1.0, 2u, 3])", "true"},
        {"sets.contains([], [1])", "false"},
        {"sets.equivalent([1], [1, 1])", "true"},
        {"sets.intersects([1], [])", "false"},
    };
    RUN(cases);
    return true;
}

static bool test_macros(void) {
    static const struct test_case cases[] = {
        {"[1, 2, 3].map(x, x % 2 == 1, x * x)", "[1, 9]"},
        {"{'a': 1, 'b': 2}.map(k, k)", "[\"a\", \"b\"]"},
        {"[1, 2].map(i, [3].map(j, i * j))", "[[3], [6]]"},
        {"[4, 5].transformList(i, v, i > 0, v + i)", "[6]"},
        {"{'a': 1}.transformMap(k, v, v + 1)", "{\"a\": 2}"},
        {"['x', 'y'].transformMap(i, v, v)", "{0: \"x\", 1: \"y\"}"},
        {"{'a': 1}.transformMapEntry(k, v, {v: k})", "{1: \"a\"}"},
        {"['a', 'a'].transformMapEntry(i, v, {v: i})", "error"},
        {"cel.bind(x, 1, cel.bind(y, x + 1, x + y))", "3"},
        {"cel.bind(x, 1 / 0, true || x == 1)", "true"},
        {"cel.bind(x, 1 / 0, x == 1)", "error"},
        {"[1].exists(1, true)", "EX006 1:12"},
        {"[1].exists(a.b, true)", "EX006 1:12"},
        {"has(a)", "EX006 1:5"},
        {"has(a.b.d) && !has(a.b.e)", "true"},
        {"[1].all(x, x)", "EX014 1:12"},
        {"1.all(x, true)", "EX014 1:1"},
        {"[1, 2].all(x, x > 0) && x == 'text'", "true"},
    };
    RUN(cases);
    return true;
}

static bool test_optionals(void) {
    static const struct test_case cases[] = {
        {"optional.of(1)", "optional.of(1)"},
        {"optional.none().orValue(2)", "2"},
        {"optional.none().value()", "error"},
        {"{'a': 1}.?b.orValue(5)", "5"},
        {"{'a': {'b': 1}}.?a.b.value()", "1"},
        {"[1, 2][?5].hasValue()", "false"},
        {"[?optional.none(), ?optional.of(1), 2]", "[1, 2]"},
        {"{?'a': optional.none(), ?'b': optional.of(1)}", "{\"b\": 1}"},
        {"[?1]", "EX014 1:3"},
        {"optional.of(1).optMap(x, x + 1)", "optional.of(2)"},
        {"optional.none().optMap(x, x + 1)", "optional.none()"},
        {"optional.of(1).optFlatMap(x, optional.none())", "optional.none()"},
        {"optional.of(1).orValue(1 / 0)", "1"},
        {"optional.ofNonZeroValue(0) == optional.none()", "true"},
        {"optional.unwrap([optional.of(1), optional.none()])", "[1]"},
        {"[optional.of(1), optional.none()].unwrapOpt()", "[1]"},
    };
    RUN(cases);
    return true;
}

static bool test_networks(void) {
    static const struct test_case cases[] = {
        {"ip('2001:DB8:0:0:0:0:0:1')", "ip(\"2001:db8::1\")"},
        {"ip('1:0:0:2:0:0:0:3')", "ip(\"1:0:0:2::3\")"},
        {"ip('1:0:2:3:4:5:6:7')", "ip(\"1:0:2:3:4:5:6:7\")"},
        {"isIP('1.2.3.04')", "false"},
        {"isIP('1.2.3.256')", "false"},
        {"isIP('1:2:3:4:5:6:7:8:9')", "false"},
        {"isIP('1::2::3')", "false"},
        {"isIP('::1.2.3.4')", "true"},
        {"isIP(':1')", "false"},
        {"isIP('1:')", "false"},
        {"isIP('')", "false"},
        {"isCIDR('10.0.0.0/33')", "false"},
        {"isCIDR('10.0.0.0/08')", "false"},
        {"cidr('10.1.2.3/20').masked()", "cidr(\"10.1.0.0/20\")"},
        {"cidr('2001:db8:ffff::/33').masked()", "cidr(\"2001:db8:8000::/33\")"},
        {"cidr('10.0.0.0/8').containsIP('10.200.0.1')", "true"},
        {"cidr('10.0.0.0/8').containsCIDR('10.0.0.0/7')", "false"},
        {"ip.isCanonical('2001:DB8::1')", "false"},
        {"ip('127.8.9.1').isLoopback() && ip('::1').isLoopback()", "true"},
        {"ip('10.0.0.1').family() + ip('::1').family()", "10"},
    };
    RUN(cases);
    return true;
}

static bool test_math(void) {
    static const struct test_case cases[] = {
        {"math.greatest(1, 2.5, 2u)", "2.5"},
        {"math.least([3, 1, 2])", "1"},
        {"math.greatest([])", "error"},
        {"math.greatest()", "EX012 1:6"},
        {"math.greatest('a')", "EX012 1:6"},
        {"math.greatest(1, dyn('a'))", "error"},
        {"math.round(-1.5) + math.trunc(1.9) + math.ceil(0.1) + math.floor(-0.1)", "-1.0"},
        {"math.abs(-9223372036854775808)", "error"},
        {"math.sign(-2.5) + math.sign(3.0)", "0.0"},
        {"math.isNaN(0.0 / 0.0) && math.isInf(1.0 / 0.0) && math.isFinite(1.0)", "true"},
        {"math.bitShiftRight(-1, 1)", "9223372036854775807"},
        {"math.bitShiftLeft(1, -1)", "error"},
        {"math.bitNot(0u)", "18446744073709551615u"},
        {"math.sqrt(81) + math.sqrt(4u)", "11.0"},
    };
    RUN(cases);
    return true;
}

static bool test_from_numbers(void) {
    struct value value;
    CHECK(value_from_number(TYPE(INT), -9e18, &value) && value.kind == VALUE_INT);
    CHECK(value.integer == -9000000000000000000);
    CHECK(!value_from_number(TYPE(INT), 1e19, &value));
    CHECK(!value_from_number(TYPE(INT), -INFINITY, &value));
    CHECK(!value_from_number(TYPE(INT), NAN, &value) && !value_from_number(TYPE(BOOL), NAN, &value));
    CHECK(value_from_number(TYPE(BOOL), 1, &value) && value.kind == VALUE_BOOL && value.boolean);
    CHECK(value_from_number(TYPE(MONEY), 29, &value) && value.kind == VALUE_MONEY && value.number == 29);
    CHECK(value_from_number(TYPE(DOUBLE), INFINITY, &value) && value.kind == VALUE_DOUBLE);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_numbers),   TEST(test_logic),     TEST(test_texts), TEST(test_format),
        TEST(test_times),     TEST(test_containers), TEST(test_macros), TEST(test_optionals),
        TEST(test_networks),  TEST(test_math),      TEST(test_from_numbers),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
