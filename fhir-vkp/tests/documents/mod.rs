//! Documents as an EPJ or a response centre may send them, all synthetic.

/// Clean ones of every kind.
pub(crate) const DOCUMENTS: [&str; 8] = [
    include_str!("alarm.json"),
    include_str!("dispense.json"),
    include_str!("patient.json"),
    include_str!("episode_of_care.json"),
    include_str!("care_plan.json"),
    include_str!("care_measures.json"),
    include_str!("outcome.json"),
    include_str!("measurements.json"),
];
