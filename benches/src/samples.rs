//! The messages that everything is measured with. All people, units and numbers are made up.

/// A message and its name in the tables.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// What it is.
    pub name: &'static str,
    /// The body.
    pub body: &'static str,
    /// Without references, as nearly every sender writes: reading it does not touch the heap.
    pub clean: bool,
}

/// The typical alarm of a pendant: 145 bytes.
pub const ALARM: Sample = Sample {
    name: "alarm",
    body: "<mrq><ref>Zt41LxB0aE7Kq2m9</ref><cid>40211870</cid><dty>0003</dty><did>5A19</did><dco>002</dco><crd>sip:</crd><stc>0010</stc><lco>043</lco></mrq>",
    clean: true,
};

/// A sign of life.
pub const HEARTBEAT: Sample = Sample {
    name: "heartbeat",
    body: "<mrq><ref>H000531</ref><mty>PI</mty><hbo>1</hbo><cid>40211870</cid><dty>0002</dty></mrq>",
    clean: true,
};

/// Every element that a request can hold.
pub const FULL: Sample = Sample {
    name: "every element",
    body: "<mrq><ref>Zt41LxB0aE7Kq2m9</ref><ver>01.01</ver><sco>1</sco><cha>1</cha><mty>IN</mty><hbo>1</hbo><cid>40211870</cid><dty>0051</dty><did>5A19</did><dco>002</dco><dte>Mobile pendant</dte><crd>gsm:+4700000000</crd><mreq>1</mreq><stc>0010</stc><stt>Pressed twice</stt><pri>5</pri><lco>035</lco><lva>2</lva><lge><geo>59.91387,10.75225</geo><tim>2031-02-03T04:05:06+01</tim><gga>$GPGGA,040506,5954.83,N,01045.13,E,1,08,0.9,12.0,M,39.0,M,,*47</gga></lge><lte>By the pond</lte><ico>011</ico><ite>Battery 80 percent, moving slowly</ite><ame>1</ame></mrq>",
    clean: true,
};

/// The typical alarm behind a declaration, which many units send.
pub const DECLARATION: Sample = Sample {
    name: "declaration",
    body: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<mrq><ref>Zt41LxB0aE7Kq2m9</ref><cid>40211870</cid><dty>0003</dty><did>5A19</did><dco>002</dco><crd>sip:</crd><stc>0010</stc><lco>043</lco></mrq>",
    clean: true,
};

/// A declaration, and references in two texts, which need texts of their own.
pub const REFERENCES: Sample = Sample {
    name: "declaration and references",
    body: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<mrq><ref>Zt41LxB0aE7Kq2m9</ref><cid>40211870</cid><dty>0003</dty><did>5&amp;19</did><dte>R&#248;yk &lt;hall&gt;</dte><stc>0010</stc><lco>043</lco></mrq>",
    clean: false,
};

/// All of them.
pub const ALL: [Sample; 5] = [ALARM, HEARTBEAT, FULL, DECLARATION, REFERENCES];
