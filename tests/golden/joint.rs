//! Channels of tables of joint grades.

use peergrade::simulate::JointTable;

use super::case::{Area, Case};

pub(crate) const AREA: Area = Area::new("joint", include_str!("joint.txt"), cases);

fn cases() -> Vec<Case> {
    let tables = [
        ("root", JointTable::new(3, &[0.3, 0.1, 0.02, 0.1, 0.2, 0.05, 0.02, 0.05, 0.16])),
        ("search", JointTable::new(3, &[0.1, 0.1, 0.0, 0.1, 0.3, 0.1, 0.0, 0.1, 0.2])),
        ("probit", JointTable::probit(&[0.1, 0.2, 0.0, 0.3, 0.4], 0.5)),
    ];
    let cases = tables.into_iter().flat_map(|(name, table)| {
        let table = table.unwrap();
        [("cells", table.cells()), ("prior", table.prior()), ("channel", table.channel())]
            .map(|(what, values)| Case::floats(format!("{name} {what}"), values.to_vec()))
    });
    cases.collect()
}
