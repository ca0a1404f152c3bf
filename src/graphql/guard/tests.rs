//! Each limit at its edge, the attacks that the library falls for, and the queries that real clients send.

use std::fmt::Write;

use super::*;

/// graphql-js 16.15 `getIntrospectionQuery` with every option on: deeper and longer than what GraphiQL sends.
const INTROSPECTION: &str = include_str!("introspection.graphql");

fn guard() -> Guard {
    Guard::new(Limits::default())
}

#[track_caller]
fn accepted(text: &str) {
    if let Err(refusal) = guard().check(text) {
        panic!("refused: {refusal:?}");
    }
}

/// The document is too large by this measure, measured and limit as said.
#[track_caller]
fn too_large(text: &str, what: &str, measured: u64, limit: u64) {
    let refusal = guard().check(text).expect_err("let through");
    assert_eq!(refusal.code, Code::QueryTooLarge, "{refusal:?}");
    let expected = format!("{measured}; the limit is {limit}.");
    assert!(refusal.message.starts_with(what) && refusal.message.contains(&expected), "{refusal:?}");
}

#[track_caller]
fn invalid(text: &str) -> Refusal {
    let refusal = guard().check(text).expect_err("let through");
    assert_eq!(refusal.code, Code::BadUserInput, "{refusal:?}");
    refusal
}

fn nested(depth: usize) -> String {
    format!("{}a{}", "{a".repeat(depth - 1) + "{", "}".repeat(depth))
}

#[test]
fn the_introspection_query_of_tools_passes() {
    accepted(INTROSPECTION);
    assert!(guard().check(INTROSPECTION).unwrap().introspects());
}

#[test]
fn a_document_says_whether_it_introspects() {
    let introspects = |text| guard().check(text).unwrap().introspects();
    assert!(introspects("{ __type(name: \"Step\") { name } }"));
    assert!(introspects("{ ...F } fragment F on Query { ... on Query { s: __schema { __typename } } }"));
    assert!(!introspects("{ __typename a(x: \"__schema\") # __schema\n }"));
}

#[test]
fn bytes_are_limited() {
    let padded = |bytes: usize| format!("{{a}}{}", " ".repeat(bytes - 3));
    accepted(&padded(16_384));
    too_large(&padded(16_385), "Bytes", 16_385, 16_384);
}

#[test]
fn tokens_are_limited() {
    let list = |tokens: usize| format!("{{a(x:[{}])}}", "1 ".repeat(tokens - 9));
    accepted(&list(1_500));
    too_large(&list(1_501), "Tokens", 1_501, 1_500);
    // Two numbers each, to the parser.
    too_large(&format!("{{a(x:[{}])}}", "1-1 ".repeat(1_000)), "Tokens", 2_009, 1_500);
}

#[test]
fn selections_are_limited_with_fragments_spread() {
    accepted(&format!("{{a{{{}}}}}", "b ".repeat(999)));
    too_large(&format!("{{a{{{}}}}}", "b ".repeat(1_000)), "Selections", 1_001, 1_000);
    let spread =
        |times: usize| format!("{{a{{{}}}}} fragment F on T{{{}}}", "...F ".repeat(times), "b ".repeat(99));
    accepted(&spread(9));
    too_large(&spread(10), "Selections", 1_001, 1_000);
}

#[test]
fn selections_of_all_operations_add_up() {
    let two = format!("query A{{a{{{0}}}}} query B{{a{{{0}}}}}", "b ".repeat(500));
    too_large(&two, "Selections", 1_002, 1_000);
}

#[test]
fn depth_is_limited_through_fragments_too() {
    accepted(&nested(12));
    too_large(&nested(13), "Fields inside one another:", 13, 12);
    let split = |depth: usize| format!("{{a{{a{{...F}}}}}} fragment F on T{}", nested(depth - 2));
    accepted(&split(12));
    too_large(&split(13), "Fields inside one another:", 13, 12);
    // An inline fragment is no field.
    accepted(&format!("{{...on T{}}}", nested(12)));
}

#[test]
fn introspection_has_a_depth_of_its_own() {
    let unwrapped = |depth: usize| {
        format!("{{__type(name:\"T\"){{{}name{}}}}}", "ofType{".repeat(depth - 2), "}".repeat(depth - 2))
    };
    accepted(&unwrapped(20));
    too_large(&unwrapped(21), "Fields inside one another in introspection", 21, 20);
}

#[test]
fn introspection_does_not_multiply_the_schema_by_itself() {
    accepted("{__schema{types{fields{type{fields{name}}}}}}");
    too_large("{__schema{types{fields{type{fields{type{fields{name}}}}}}}}", "Lists", 3, 2);
    too_large(
        "{__schema{types{...F}}} fragment F on __Type{interfaces{possibleTypes{inputFields{name}}}}",
        "Lists",
        3,
        2,
    );
}

#[test]
fn introspection_costs_what_it_makes_of_the_schema() {
    // The library resolves a field as often as it is written.
    let repeated = |times: usize| {
        format!("{{__schema{{types{{fields{{type{{fields{{{}}}}}}}}}}}}}", "name ".repeat(times))
    };
    accepted(&repeated(100));
    let refusal = guard().check(&repeated(300)).unwrap_err();
    assert!(refusal.message.starts_with("Estimated cost of introspection"), "{refusal:?}");
    // Over the operations of a document it adds up.
    let two = format!("query A{0} query B{0}", repeated(100));
    assert!(guard().check(&two).unwrap_err().message.starts_with("Estimated cost of introspection"));
}

#[test]
fn aliases_are_limited_with_fragments_spread() {
    let aliases = |n: usize| (0..n).fold(String::new(), |text, i| text + &format!("x{i}:b "));
    accepted(&format!("{{a{{{}}}}}", aliases(30)));
    too_large(&format!("{{a{{{}}}}}", aliases(31)), "Aliases", 31, 30);
    too_large(&format!("{{a{{...F b{{...F}}}}}} fragment F on T{{{}}}", aliases(16)), "Aliases", 32, 30);
}

#[test]
fn directives_are_limited_with_fragments_spread() {
    let directives = |n: usize| "@d".repeat(n);
    accepted(&format!("{{a{}}}", directives(20)));
    too_large(&format!("{{a{}}}", directives(21)), "Directives", 21, 20);
    too_large(
        &format!("{{a{{...F ...F ...F}}}} fragment F on T{{b{}}}", directives(7)),
        "Directives",
        21,
        20,
    );
    too_large(
        &format!("query($v:Int {0}) {0} {{...F {0} ... {0} {{a}}}} fragment F on T {0} {{b}}", directives(5)),
        "Directives",
        25,
        20,
    );
}

#[test]
fn root_fields_are_limited_with_fragments_spread() {
    accepted(&format!("{{{}}}", "a ".repeat(10)));
    too_large(&format!("{{{}}}", "a ".repeat(11)), "Root fields", 11, 10);
    too_large("{...F ...F ...{...F}} fragment F on Query{a b c d}", "Root fields", 12, 10);
}

#[test]
fn fragments_are_limited() {
    let fragments = |n: usize| {
        (0..n).fold("{a}".to_owned(), |mut text, i| {
            write!(text, "fragment F{i} on T{{a}}").unwrap();
            text
        })
    };
    accepted(&fragments(30));
    too_large(&fragments(31), "Fragments", 31, 30);
}

#[test]
fn variables_are_limited() {
    let variables = |n: usize| {
        let list = (0..n).fold(String::new(), |text, i| text + &format!("$v{i}:Int "));
        format!("query({list}){{a}}")
    };
    accepted(&variables(50));
    too_large(&variables(51), "Variables", 51, 50);
}

#[test]
fn literals_are_limited_wherever_they_stand() {
    let list = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let object = |depth: usize| "{k:".repeat(depth) + "1" + &"}".repeat(depth);
    for make in [list, object] {
        for (before, after) in [("{a(x:", ")}"), ("{a @d(x:", ")}"), ("query($v:T=", "){a}")] {
            accepted(&format!("{before}{}{after}", make(10)));
            too_large(&format!("{before}{}{after}", make(11)), "Lists and objects", 11, 10);
        }
    }
    let list_type = |depth: usize| format!("query($v:{}Int{}){{a}}", "[".repeat(depth), "]".repeat(depth));
    accepted(&list_type(10));
    too_large(&list_type(11), "Lists and objects", 11, 10);
}

#[test]
fn a_fragment_that_spreads_itself_is_refused() {
    for text in [
        "{...A} fragment A on T{...A}",
        "{...A} fragment A on T{a{...B}} fragment B on T{...on T{...C}} fragment C on T{...A}",
        "{a} fragment A on T{...B} fragment B on T{...A}",
    ] {
        let refusal = invalid(text);
        assert!(refusal.message.contains("spreads itself") && refusal.location.is_some(), "{refusal:?}");
    }
}

#[test]
fn a_fragment_bomb_is_refused() {
    let bomb = |fragments: usize, end: &str| {
        let mut text = String::from("{a{...F0}}");
        for i in 0..fragments {
            write!(text, "fragment F{i} on T{{...F{next} ...F{next}}}", next = i + 1).unwrap();
        }
        text + &format!("fragment F{fragments} on T{{{end}}}")
    };
    // 2^22 visits each, for the library's own checks. That this test returns is what it says.
    for end in ["b", "x:b", "b @d", "__typename", "...Undefined"] {
        let text = bomb(22, end);
        assert!(text.len() < 1_024);
        let refusal = guard().check(&text).unwrap_err();
        assert_eq!(refusal.code, Code::QueryTooLarge, "{refusal:?}");
        assert!(refusal.message.contains("the limit is"), "{refusal:?}");
    }
    // 2^31, were the number of fragments not limited; and one that no operation spreads.
    let generous = Guard::new(Limits { fragments: 100, ..Limits::default() });
    for text in [bomb(31, "b"), bomb(31, "b").replace("{a{...F0}}", "{a}")] {
        assert_eq!(generous.check(&text).unwrap_err().code, Code::QueryTooLarge);
    }
    too_large(&bomb(31, "b"), "Fragments", 32, 30);
}

#[test]
fn nothing_overflows_the_stack_however_deep_it_is_nested() {
    // Every limit out of the way but those that bound recursion.
    let generous = Guard::new(Limits { bytes: u64::MAX, tokens: u64::MAX, ..Limits::default() });
    for depth in [50_000, 100_000] {
        let wrap = |open: &str, middle: &str, close: &str| open.repeat(depth) + middle + &close.repeat(depth);
        for text in [
            nested(depth),
            wrap("{a", "", ""),
            wrap("{...", "{a}", "}"),
            format!("{{a(x:{})}}", wrap("[", "", "]")),
            format!("{{a(x:{})}}", wrap("{k:", "1", "}")),
            format!("query($v:T={}){{a}}", wrap("[", "", "]")),
            format!("query($v:{}){{a}}", wrap("[", "Int", "]")),
            format!("{{a(x:[\"\"\" \"{}\n", "[".repeat(depth)),
            wrap("[", "", "]"),
            wrap("{", "", "}"),
        ] {
            let refusal = generous.check(&text).unwrap_err();
            assert!(refusal.message.len() < 300, "{}", refusal.message.len());
        }
        // No bracket bounds these, and none is recursion: they must merely return.
        for text in [wrap("(", "", ")"), wrap("}", "", "{"), "@".repeat(depth), "\"".repeat(depth)] {
            assert!(generous.check(&text).is_err());
        }
    }
}

#[test]
fn strings_comments_and_marks_do_not_confuse_it() {
    for text in [
        "\u{feff}{a}",
        "{a(x:\"}}}\")}",
        "{a(x:\"\\\"{{{\")}",
        "{a(x:\"\"\"}}} \\\"\"\" {{{ \"quoted\" \n\"\"\")}",
        "{a(x:\"\",y:\"\"\"\"\"\")}",
        "{a # }}} \" \"\"\"\n}",
        "{a#\r b}",
        "{a(x:\"\\u00e9 \\ue000\")}",
    ] {
        accepted(text);
    }
}

#[test]
fn characters_that_no_field_takes_are_refused() {
    for text in
        ["{a(x:\"\0\")}", "{a(x:\"\\u0000\")}", "{a}\0", "{a(x:\"\\ud800\")}", "{a(x:\"\\ud83d\\ude00\")}"]
    {
        let refusal = invalid(text);
        assert!(refusal.location.is_some(), "{refusal:?}");
    }
}

#[test]
fn a_syntax_error_says_where_and_never_shows_the_text() {
    let secret = "SECRET";
    for text in [
        "{ customer(name: \"SECRET\" }",
        "{ SECRET",
        "SECRET",
        "{ a(x: SECRET: 1) }",
        "query SECRET { a } query SECRET { a }",
        "{a} fragment SECRET on T { a } fragment SECRET on T { a }",
        "{a} query SECRET { a }",
        "{a} ...SECRET",
        "{a(x:01SECRET)}",
        "{a(x:\"\\q SECRET\")}",
        "{a}\n = expected SECRET",
    ] {
        let refusal = invalid(text);
        assert!(!refusal.message.contains(secret), "{refusal:?}");
        assert!(refusal.location.is_some(), "{refusal:?}");
    }
    assert_eq!(
        invalid("{\n  a(\n}"),
        Refusal {
            code: Code::BadUserInput,
            message: "The query has a syntax error: expected name.".into(),
            location: Some((3, 1)),
        },
    );
    assert_eq!(invalid("").location, Some((1, 1)));
    invalid("fragment F on T { a }");
}

#[test]
fn the_operation_that_runs_is_found_by_its_name() {
    let document = |text| guard().check(text).unwrap();
    let one = document("{ a }");
    assert!(one.operation(None).is_ok());
    assert!(one.operation(Some("A")).is_err());
    let named = document("query A { a }");
    assert!(named.operation(None).is_ok() && named.operation(Some("A")).is_ok());
    let two = document("query A { a } mutation B { b }");
    assert!(two.operation(None).unwrap_err().message.contains("operationName"));
    assert_eq!(
        two.operation(Some("B")).unwrap().node.ty,
        async_graphql::parser::types::OperationType::Mutation
    );
    assert!(!two.operation(Some("SECRET")).unwrap_err().message.contains("SECRET"));
}

#[test]
fn what_was_let_through_is_remembered_and_what_was_not_is_not() {
    let guard = guard();
    let first = guard.check("{ a }").unwrap();
    assert!(Arc::ptr_eq(&first, &guard.check("{ a }").unwrap()));
    assert!(!Arc::ptr_eq(&first, &guard.check("{ a  }").unwrap()));
    guard.check("{ a").unwrap_err();
    guard.memo.run_pending_tasks();
    assert_eq!(guard.memo.entry_count(), 2);
}

#[test]
fn the_memory_is_bounded_by_what_parsed_documents_take() {
    let guard = Guard::new(Limits { memo_bytes: 100_000, ..Limits::default() });
    for i in 0..200 {
        guard.check(&format!("{{a{{{}}} b{i}}}", "c ".repeat(50))).unwrap();
    }
    guard.memo.run_pending_tasks();
    assert!(guard.memo.weighted_size() <= 100_000, "{}", guard.memo.weighted_size());
    assert!(guard.memo.entry_count() > 0);
}
