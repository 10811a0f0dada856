//! The two rings by which rows are shifted.

use super::field::{Field, prime_powers};

/// A commutative ring on `0..size`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ring {
    /// The integers modulo a number.
    Integers(u32),
    /// The product of fields: an element is a number in the mixed base of their orders.
    Fields(Vec<Field>),
}

impl Ring {
    /// The product of the fields whose orders are the prime powers of `size`.
    pub(super) fn fields(size: u32) -> Self {
        let parts = prime_powers(size);
        Self::Fields(parts.into_iter().map(|(prime, degree)| Field::new(prime, degree)).collect())
    }

    /// Row `a` times round `r`. In a product of fields, row `a` is the element with `a` in every
    /// part, so that two rows differ by a unit as long as there are no more rows than elements in
    /// the smallest field.
    pub(super) fn shift(&self, row: u32, round: u32) -> u32 {
        match self {
            Self::Integers(size) => product(row, round, *size),
            Self::Fields(fields) => {
                each_part(fields, 0, round, |field, _, digit| field.mul(row % field.order(), digit))
            }
        }
    }

    /// The most rounds without repeats of this many rows of `columns`, the size of the ring.
    pub(super) fn rounds(&self, columns: u32, rows: u32) -> u32 {
        match self {
            Self::Integers(_) => integer_rounds(columns, rows),
            Self::Fields(_) => field_rounds(columns, rows),
        }
    }

    pub(super) fn add(&self, a: u32, b: u32) -> u32 {
        match self {
            Self::Integers(size) if b < size - a => a + b,
            Self::Integers(size) => b - (size - a),
            Self::Fields(fields) => each_part(fields, a, b, Field::add),
        }
    }

    pub(super) fn sub(&self, a: u32, b: u32) -> u32 {
        match self {
            Self::Integers(_) if b <= a => a - b,
            Self::Integers(size) => size - b + a,
            Self::Fields(fields) => each_part(fields, a, b, Field::sub),
        }
    }
}

#[allow(clippy::cast_possible_truncation)] // below the size
fn product(a: u32, b: u32, size: u32) -> u32 {
    (u64::from(a) * u64::from(b) % u64::from(size)) as u32
}

fn each_part(
    fields: &[Field],
    mut a: u32,
    mut b: u32,
    part: impl Fn(&Field, u32, u32) -> u32,
) -> u32 {
    let (mut out, mut place) = (0, 1);
    for field in fields {
        let order = field.order();
        out += place * part(field, a % order, b % order);
        (a, b) = (a / order, b / order);
        place *= order;
    }
    out
}

/// The most rounds without repeats of `rows` rows shifted modulo `columns`.
///
/// Rows `a` and `a'` bring two people together twice, in rounds `r` and `r'`, exactly when the number
/// of columns divides `(a - a')(r - r')`.
pub(super) fn integer_rounds(columns: u32, rows: u32) -> u32 {
    let most = rows.saturating_sub(1).min(columns).max(1);
    let divisor = (1..=most).rev().find(|&d| columns.is_multiple_of(d)).unwrap_or(1);
    columns / divisor
}

/// The most rounds without repeats of `rows` rows shifted in the product of fields; 0 where rows of
/// pairwise unit differences do not exist.
pub(super) fn field_rounds(columns: u32, rows: u32) -> u32 {
    let smallest = prime_powers(columns).into_iter().map(|(p, e)| p.pow(e)).min();
    if smallest.is_some_and(|order| rows <= order) { columns } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rings_add_and_subtract() {
        for ring in [Ring::Integers(12), Ring::fields(12), Ring::fields(1), Ring::fields(72)] {
            let size = match &ring {
                Ring::Integers(size) => *size,
                Ring::Fields(fields) => fields.iter().map(Field::order).product(),
            };
            for a in 0..size {
                for b in 0..size {
                    assert_eq!(ring.sub(ring.add(a, b), b), a);
                    assert!(ring.add(a, b) < size);
                }
            }
        }
        assert_eq!(Ring::Integers(7).shift(3, 5), 1);
    }

    #[test]
    fn rounds_are_those_of_the_sheet() {
        for (columns, rows, rounds) in
            [(36, 5, 9), (37, 5, 37), (57, 4, 19), (12, 5, 3), (13, 5, 13), (6, 5, 2), (7, 5, 7)]
        {
            assert_eq!(integer_rounds(columns, rows), rounds);
        }
        assert_eq!((integer_rounds(4, 7), integer_rounds(1, 3), integer_rounds(9, 1)), (1, 1, 9));
        for (columns, rows) in [(4, 3), (4, 4), (8, 4), (9, 4), (16, 5), (20, 4), (36, 4), (27, 9)]
        {
            assert_eq!(field_rounds(columns, rows), columns);
        }
        assert_eq!((field_rounds(6, 3), field_rounds(20, 5), field_rounds(1, 2)), (0, 0, 0));
    }
}
