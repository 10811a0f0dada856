use proptest::prelude::*;

use super::*;

#[test]
fn the_first_mistake_is_told() {
    let errors = [
        Traits::builder(0).numeric("a", &[]).build(),
        Traits::builder(usize::MAX).build(),
        Traits::builder(2).numeric("a", &[None]).numeric("a", &[None]).build(),
        Traits::builder(1).numeric("a", &[None]).categorical("a", &[None]).build(),
        Traits::builder(2).numeric("a", &[None, Some(f64::INFINITY)]).build(),
    ];
    let texts = errors.map(|error| error.unwrap_err().to_string());
    assert_eq!(
        texts,
        [
            "there are no people to group",
            "18446744073709551615 people are more than the 67108864 that can be grouped",
            "the column \"a\" has 1 values for 2 people",
            "there are two columns \"a\"",
            "the \"a\" of person 1 is inf, not a finite number",
        ]
    );
}

proptest! {
    #[test]
    fn values_come_back(
        rows in prop::collection::vec((prop::option::of(-1e9..1e9_f64), prop::option::of(0..u32::MAX)), 1..30),
    ) {
        let numbers: Vec<_> = rows.iter().map(|row| row.0).collect();
        let categories: Vec<_> = rows.iter().map(|row| row.1).collect();
        let traits = Traits::builder(rows.len())
            .numeric("x", &numbers)
            .categorical("c", &categories)
            .build()
            .unwrap();
        for (i, row) in rows.iter().enumerate() {
            let person = PersonId::new(to_u32(i));
            prop_assert_eq!((traits.number("x", person), traits.category("c", person)), *row);
            prop_assert_eq!((traits.number("c", person), traits.category("x", person)), (None, None));
        }
        let gaps = numbers.iter().filter(|x| x.is_none()).count();
        prop_assert_eq!(traits.missing("x"), Some(gaps));
        prop_assert_eq!(traits.missing("?"), None);
        #[cfg(feature = "serde")]
        {
            let text = serde_json::to_string(&traits).unwrap();
            let read: Traits = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(read.names().len(), 2);
            prop_assert!(serde_json::from_str::<Traits>(&text.replacen("people\":", "people\":9", 1)).is_err());
        }
    }
}
