"""Names to draw from. Common ones, so that no combination points at one person."""

SURNAMES = (
    ("王", "wang"), ("李", "li"), ("张", "zhang"), ("刘", "liu"), ("陈", "chen"),
    ("杨", "yang"), ("黄", "huang"), ("赵", "zhao"), ("吴", "wu"), ("周", "zhou"),
    ("徐", "xu"), ("孙", "sun"), ("马", "ma"), ("朱", "zhu"), ("胡", "hu"),
    ("郭", "guo"), ("何", "he"), ("林", "lin"), ("高", "gao"), ("罗", "luo"),
    ("郑", "zheng"), ("梁", "liang"), ("谢", "xie"), ("宋", "song"), ("唐", "tang"),
    ("许", "xu"), ("韩", "han"), ("冯", "feng"), ("邓", "deng"), ("曹", "cao"),
    ("彭", "peng"), ("曾", "zeng"), ("肖", "xiao"), ("田", "tian"), ("董", "dong"),
    ("潘", "pan"), ("袁", "yuan"), ("蔡", "cai"), ("蒋", "jiang"), ("余", "yu"),
)  # fmt: skip
GIVEN_FEMALE = (
    "芳", "敏", "静", "丽娟", "秀英", "雪", "婷", "欣怡", "梦琪", "雨桐",
    "佳怡", "晓燕", "美玲", "慧", "玉兰", "思雨", "诗涵", "子涵", "雅婷", "丹",
    "倩", "琳", "莉", "春梅", "红", "颖", "晓雯", "若曦", "语嫣", "文静",
)  # fmt: skip
GIVEN_MALE = (
    "伟", "强", "磊", "军", "洋", "勇", "杰", "涛", "明", "超",
    "浩然", "宇轩", "子轩", "俊杰", "志强", "建国", "国栋", "鹏", "飞", "晨",
    "嘉豪", "天宇", "文博", "志远", "海涛", "斌", "立新", "凯", "旭", "一鸣",
)  # fmt: skip
FAMILY_NAMES = (
    "Smith", "Johnson", "Williams", "Brown", "Jones", "Garcia", "Miller", "Davis",
    "Rodriguez", "Martinez", "Hernandez", "Lopez", "Gonzalez", "Wilson", "Anderson", "Thomas",
    "Taylor", "Moore", "Jackson", "Martin", "Lee", "Perez", "Thompson", "White",
    "Harris", "Sanchez", "Clark", "Ramirez", "Lewis", "Robinson", "Walker", "Young",
)  # fmt: skip
FIRST_FEMALE = (
    "Mary", "Patricia", "Jennifer", "Linda", "Elizabeth", "Barbara", "Susan", "Jessica",
    "Karen", "Sarah", "Lisa", "Nancy", "Sandra", "Ashley", "Emily", "Kimberly",
    "Margaret", "Donna", "Michelle", "Carol", "Amanda", "Melissa", "Deborah", "Grace",
)  # fmt: skip
FIRST_MALE = (
    "James", "Robert", "John", "Michael", "David", "William", "Richard", "Joseph",
    "Thomas", "Christopher", "Charles", "Daniel", "Matthew", "Anthony", "Mark", "Donald",
    "Steven", "Andrew", "Paul", "Joshua", "Kenneth", "Kevin", "Brian", "George",
)  # fmt: skip
# Area codes in which 555-0100 to 555-0199 belong to nobody: set aside for fiction.
AREA_CODES = (
    "201", "202", "206", "212", "213", "215", "216", "217", "303", "305", "312", "313", "314",
    "404", "408", "412", "415", "502", "503", "512", "513", "602", "614", "617", "702",
)  # fmt: skip
